"""Ctrl-C and SIGTERM: between two steps, not in the middle of one, and never lost.

In a library call Ctrl-C is Python's; `InterruptGuard` only moves it to the end of a
step. A command takes SIGINT and SIGTERM over with `command`: both raise
KeyboardInterrupt, and whatever catches that by mistake (a callback out of compiled
code, a loop that takes a cut run for a result) does not keep the command alive: it
ends after `GRACE` seconds in any case.
"""

from __future__ import annotations

import _thread
import atexit
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

#: Seconds that a command has to keep what is finished; promised are 2 in all.
GRACE = 1.2
#: Seconds for what libraries do at the end of a process.
_LEAVING = 0.3
#: Seconds until a signal that came where it would be lost is sent again.
_SHORTLY = 0.02
#: Seconds for which a file that is being written may hold the end off.
_WRITING = 30.0

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

#: Called before a command ends without unwinding: to end what it has started.
closers: list[Callable[[], Any]] = []


class _State:
    """What the running command has received."""

    received: int | None = None
    writing = 0
    #: The number of the command that runs, 0 between two; and of the last one.
    running = 0
    commands = 0


def received() -> int | None:
    """Return the signal that asked this command to end; None where none did."""
    return _State.received


def check() -> None:
    """Raise KeyboardInterrupt where this command has been asked to end."""
    if _State.received is not None:
        raise KeyboardInterrupt


def status() -> int:
    """Return the exit status of an interrupted command: 130, or 143 after SIGTERM."""
    return 128 + (_State.received or signal.SIGINT)


def quit_quietly(instead_of: Callable[..., Any]) -> None:
    """Let both signals end this process at once, for before a command begins.

    Parameters
    ----------
    instead_of : callable
        The handler to take the place of, where it is there.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) is instead_of:
            signal.signal(number, _quit)


@contextmanager
def command() -> Iterator[None]:
    """Take over both signals while a command runs in the main thread."""
    before: dict[int, Any] = {}
    _State.received = None
    _State.commands += 1
    _State.running = _State.commands
    if threading.current_thread() is threading.main_thread():
        usual = (signal.SIG_DFL, signal.default_int_handler, _quit)
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if handler in usual:  # not where a shell has had it ignored
                before[number] = handler
                signal.signal(number, _raise)
    try:
        yield
    finally:
        _State.running = 0
        for taken, handler in before.items():
            signal.signal(taken, handler)


@contextmanager
def writing() -> Iterator[None]:
    """Let a file be finished that holds what is done, also after `GRACE` seconds."""
    _State.writing += 1
    try:
        yield
    finally:
        _State.writing -= 1


class InterruptGuard:
    """Collects the signals while it is active; a second one is raised at once.

    Nothing is done where they would not arrive (another thread than the main one) or
    somebody else handles them already.

    Attributes
    ----------
    flag : list
        Empty until a signal came; asking whether it is costs nanoseconds.
    """

    def __init__(self) -> None:
        self.flag: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> InterruptGuard:
        """Take over Ctrl-C, and in a command SIGTERM."""
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                handler = signal.getsignal(number)
                if handler in (signal.default_int_handler, _raise):
                    self._before[number] = handler
                    signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the signals back."""
        while self._before:
            signal.signal(*self._before.popitem())

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._before.get(number) is _raise:
            _receive(number)
        self.flag.append(number)
        if len(self.flag) > 1:
            raise KeyboardInterrupt


def _raise(number: int, frame: FrameType | None) -> None:
    _receive(number)
    if _is_lost_in(frame):
        _thread.start_new_thread(_again_after, (_SHORTLY, number, _State.commands))
    else:
        raise KeyboardInterrupt


def _is_lost_in(frame: FrameType | None) -> bool:
    """Whether what is raised here is printed and lost.

    So it is where an object is being deleted, where an import lets go of its lock, and
    where LLVM calls Python back.
    """
    while frame is not None:
        name, file = frame.f_code.co_name, frame.f_code.co_filename
        module = frame.f_globals.get("__name__")
        called_back = module == "llvmlite.binding.executionengine"
        if name == "__del__" or (called_back and name.startswith("_raw_")):
            return True
        if name == "cb" and file == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def _again_after(seconds: float, number: int, command: int) -> None:
    """Send a signal to this process again, unless the command has ended."""
    time.sleep(seconds)
    if _State.running == command:
        os.kill(os.getpid(), number)


def _receive(number: int) -> None:
    """Remember the first signal, and see to it that the command ends."""
    if _State.received is None:
        _State.received = number
        # Not by `threading`, whose locks the interrupted code may hold.
        _thread.start_new_thread(_end_after, (GRACE, _State.commands))


def _end_after(seconds: float, command: int) -> None:
    """End the process without unwinding, unless the command has ended or writes."""
    time.sleep(seconds)
    waited = seconds
    while _State.writing and waited < _WRITING:
        time.sleep(0.1)
        waited += 0.1
    if _State.running == command:
        _quit(_State.received or signal.SIGINT, None)


def leave(status: int) -> None:
    """End this process now that its interrupted command has ended.

    Python's own way out waits for threads and takes down every library first: 1.7 s
    after a diagnosis.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    _thread.start_new_thread(_exit_after, (_LEAVING, status))
    atexit._run_exitfuncs()  # temporary files of ours and of libraries
    os._exit(status)


def _exit_after(seconds: float, status: int) -> None:
    """End the process where a function that is called at the exit does not return."""
    time.sleep(seconds)
    os._exit(status)


def _quit(number: int, frame: FrameType | None) -> None:
    for close in closers:
        with contextlib.suppress(Exception):  # nothing may keep the process alive
            close()
    with contextlib.suppress(OSError, ValueError):
        os.write(2 if sys.stderr is None else sys.stderr.fileno(), b"interrupted\n")
    os._exit(128 + number)
