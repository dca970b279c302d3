"""Run a script in this process up to its first fit, and diagnose what it would train.

`optlab.cli.diagnose_script` calls it in a process of its own. The script's own output
goes to standard error, and standard input is empty; the process ends at the training
call, so nothing after it happens.
"""

from __future__ import annotations

import builtins
import os
import runpy
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from optlab.errors import InputError
from optlab.validation.programs.hooks import Captured, Hooks

FAILED, BAD_INPUT = 1, 2


@dataclass
class Raised:
    """An error in a script before it trained anything.

    Attributes
    ----------
    script : str
        Path of the script.
    line : int
        Where it was raised, or what was called there raised it.
    text : str
        That line.
    kind, message : str
        Class and message of the exception.
    """

    script: str
    line: int
    text: str
    kind: str
    message: str


class Runner:
    """One run of a script.

    Parameters
    ----------
    script : str
        Its path.
    number : int
        Which training call is wanted.
    timeout : float
        Seconds that it may take to get there.
    then : callable
        What is done with a `Captured` or a `Raised`, and with what has to be called
        before anything is printed: what the script still prints, such as its generators
        when they are asked for rows, is no answer. Its result is the exit status.
    """

    def __init__(self, script: str, number: int, timeout: float, then: Any) -> None:
        self.script, self.number, self.timeout = script, number, timeout
        self.then = then
        self.process = os.getpid()
        self.done = threading.Event()
        self.results = os.dup(1)
        # A forked child says here that it was the one to train.
        self.forked_read, self.forked_write = os.pipe()
        os.set_blocking(self.forked_read, False)

    def run(self, arguments: list[str]) -> NoReturn:
        """Run the script; end the process."""
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        sys.stdin = open(os.devnull, encoding="utf-8")
        builtins.input = self._asked
        sys.argv = [self.script, *arguments]
        sys.path[0] = str(Path(self.script).resolve().parent)
        hooks = Hooks(self.script, self.number, self._reached)
        hooks.install()
        threading.Thread(target=self._watch_the_clock, daemon=True).start()
        name = Path(self.script).name
        try:
            try:
                runpy.run_path(self.script, run_name="__main__")
            finally:
                hooks.ended()
        except SystemExit as error:
            code = "" if error.code is None else f" ({error.code})"
            self._refuse(f"{name} ended with sys.exit{code} before it trained a model.")
        except KeyboardInterrupt:
            self._end(130)
        except ModuleNotFoundError as error:
            self._refuse(f"{name} needs the package {error.name!r}, which is missing.")
        except FileNotFoundError as error:
            self._refuse(f"{name} needs the file {str(error.filename)!r}: not found.")
        except EOFError:
            self._refuse(f"{name} asks for input, and there is nobody to answer.")
        except InputError as error:
            self._refuse(str(error))
        except Exception as error:
            self._finish(_raised(self.script, error))
        if self.forked:
            self._refuse(f"{name} trains in a process that it forks off.")
        if hooks.seen:
            self._refuse(
                f"{name} calls fit {hooks.seen} time{'s' * (hooks.seen > 1)}. "
                f"Received: --fit {self.number}"
            )
        self._refuse(f"{name} ended without a call of fit or train_on_batch.")

    @property
    def forked(self) -> bool:
        """Whether a forked process got to the training call."""
        try:
            return bool(os.read(self.forked_read, 1))
        except BlockingIOError:
            return False

    def _reached(self, captured: Captured) -> NoReturn:
        """Diagnose instead of training."""
        if os.getpid() != self.process:
            os.write(self.forked_write, b"1")
        self._finish(captured)

    def _end_forked(self) -> None:
        """End a process that the script has forked: only its parent says anything."""
        if os.getpid() != self.process:
            os._exit(BAD_INPUT)

    def _finish(self, found: Captured | Raised) -> NoReturn:
        self._end_forked()
        self.done.set()
        try:
            status = self.then(found, self._speak)
        except InputError as error:
            self._refuse(str(error))
        except KeyboardInterrupt:
            status = 130
        except Exception:
            traceback.print_exc()
            self._refuse("internal error, see above")
        self._end(status)

    def _speak(self) -> None:
        """Send what is printed to standard output again."""
        sys.stdout.flush()
        os.dup2(self.results, 1)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)

    def _asked(self, prompt: object = "") -> NoReturn:
        raise EOFError(str(prompt))

    def _watch_the_clock(self) -> None:
        """End the process where the script takes too long to get to its training."""
        if self.done.wait(self.timeout):
            return
        frame = sys._current_frames().get(threading.main_thread().ident or 0)
        line = _line_in(self.script, frame)
        at = f"; it was at line {line}" if line else ""
        self._refuse(
            f"{Path(self.script).name} did not get to fit in {self.timeout:g} s{at}. "
            "To wait longer: --timeout"
        )

    def _refuse(self, why: str) -> NoReturn:
        self._end_forked()
        sys.stderr.write(f"error: {' '.join(why.split())}\n")
        self._end(BAD_INPUT)

    def _end(self, status: int) -> NoReturn:
        """End at once: nothing that the script registered runs."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                status = status or FAILED
        os._exit(status)


def _line_in(script: str, frame: FrameType | None) -> int | None:
    """Return the line of the script that a stack of frames is in."""
    while frame is not None and frame.f_code.co_filename != script:
        frame = frame.f_back
    return None if frame is None else frame.f_lineno


def _raised(script: str, error: Exception) -> Raised:
    """Describe an error by the last line of the script that took part."""
    entries = traceback.extract_tb(error.__traceback__)
    ours = [entry for entry in entries if entry.filename == script]
    line = ours[-1].lineno if ours else getattr(error, "lineno", None)
    text = (ours[-1].line if ours else getattr(error, "text", "")) or ""
    return Raised(script, line or 0, text.strip(), type(error).__name__, str(error))
