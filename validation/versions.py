"""What changes between versions of TensorFlow: one environment each, one table.

``python -m optlab.validation.versions 2.20 2.21 --out FILE``

Each version is installed into an environment of its own with the Keras of its time,
`optlab behaviours` and `optlab verify` are run there, and the answers are merged. The
version that the running interpreter has is measured there, without an installation.
"""

from __future__ import annotations

import argparse
import configparser
import datetime
import importlib.metadata
import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import optlab
from optlab.cli.progress import PROGRESS
from optlab.validation.version_table import Measured, page, verdict

ROOT = Path(optlab.__file__).resolve().parents[1]
FOLDER = ROOT / ".venv-versions"

#: The Keras that a TensorFlow is measured with: the one that was current when it came
#: out, or the oldest that setup.cfg asks for. TensorFlow itself asks only for a lower
#: bound, so without it every version would be measured on one Keras.
KERAS = {
    "2.18": "3.6",
    "2.19": "3.9",
    "2.20": "3.14",
}
#: After so many seconds a measurement is given up.
PATIENCE = 3600


def _declared() -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read(ROOT / "setup.cfg")
    return found


def supported() -> str:
    """Return the requirements that setup.cfg declares, as "keras>=1, tensorflow>=2"."""
    return ", ".join(_declared()["options.extras_require"]["tensorflow"].split())


def requirements(version: str) -> list[str]:
    """Return what an environment for a TensorFlow version needs, without optlab.

    All that optlab asks for is in it, so a TensorFlow that cannot live with the NumPy
    that optlab needs is refused by pip, and reported as such.
    """
    ours = _declared()["options"]["install_requires"].split()
    keras = [f"keras=={KERAS[version]}.*"] if version in KERAS else ["keras"]
    return [f"tensorflow=={version}.*", *keras, *ours]


def environment(version: str, folder: Path) -> Path:
    """Build the environment of a version, or find it; return its interpreter.

    Raises
    ------
    subprocess.CalledProcessError
        With pip's messages as `stderr`, where a version cannot be installed.
    """
    if _is_here(version):
        return Path(sys.executable)
    place = folder / f"tensorflow-{version}"
    python = place / "bin" / "python"
    done = place / "complete"
    if done.exists():
        return python
    _run([sys.executable, "-m", "venv", str(place)])
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    _run([*pip, *requirements(version)])
    _run([*pip, "--no-deps", "--editable", str(ROOT)])
    done.touch()
    return python


def _is_here(version: str) -> bool:
    try:
        here = importlib.metadata.version("tensorflow")
    except importlib.metadata.PackageNotFoundError:
        return False
    return here.startswith(f"{version}.")


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


def answer(
    python: Path, *command: str, heard: Callable[[str], Any] = lambda line: None
) -> dict[str, Any]:
    """Run an optlab command with ``--json`` in an environment and read its answer.

    Parameters
    ----------
    python : Path
        The interpreter of the environment.
    *command : str
        The verb and its options.
    heard : callable, optional
        Called with each line of progress that the command writes.

    Returns
    -------
    dict
        ``{"error": last line}`` where there is no answer.
    """
    # Compiled kernels depend on the NumPy and Numba they were compiled with.
    cache = python.parent.parent / "numba-cache"
    settings = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    ran = subprocess.Popen(
        [str(python), "-m", "optlab", *command, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=settings,
        cwd=ROOT,
    )
    said: list[str] = []

    def listen() -> None:
        for line in ran.stderr or ():
            said.append(line)
            if line.startswith(PROGRESS):
                heard(line.removeprefix(PROGRESS).strip())

    listener = threading.Thread(target=listen, daemon=True)
    late = threading.Timer(PATIENCE, ran.kill)
    with ran:
        listener.start()
        late.start()
        try:
            text = ran.stdout.read() if ran.stdout else ""
            listener.join()
        except BaseException:
            ran.kill()
            raise
        finally:
            alive = late.is_alive()
            late.cancel()
    if not alive:
        return {"error": f"no answer after {PATIENCE} s"}
    try:
        found: dict[str, Any] = json.loads(text)
    except json.JSONDecodeError:
        return {"error": _last_line("".join(said)) or f"exit status {ran.returncode}"}
    return found


def _last_line(text: str | None) -> str:
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def measure(version: str, folder: Path, matrix: bool) -> Measured:
    """Install a version and measure it; what fails is part of the result."""
    started = time.perf_counter()

    def say(text: str) -> None:
        seconds = time.perf_counter() - started
        line = f"TensorFlow {version}, {seconds:4.0f} s: {text}"
        print(line, file=sys.stderr, flush=True)

    try:
        say("installing")
        python = environment(version, folder)
    except subprocess.CalledProcessError as error:
        found = Measured(version, {"error": _last_line(error.stderr) or str(error)}, {})
    else:
        say("optlab behaviours")
        behaviours = answer(python, "behaviours", "--no-peers", heard=say)
        answered: dict[str, Any] = {}
        if matrix:
            say("optlab verify")
            answered = answer(python, "verify", heard=say)
        found = Measured(version, behaviours, answered)
    say(found.behaviours.get("error") or verdict(found))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the versions asked for; write or print the table.

    Exit status 1 where a version could not be installed or measured.
    """
    parser = argparse.ArgumentParser(prog="python -m optlab.validation.versions")
    parser.add_argument("versions", nargs="+", metavar="VERSION", help="such as 2.18")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: print it")
    parser.add_argument("--keep", action="store_true", help="keep the environments")
    parser.add_argument(
        "--no-matrix", action="store_true", help="leave out `optlab verify`"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of environments")
    chosen = parser.parse_args(arguments)
    if not (ROOT / "setup.cfg").exists():
        parser.error("optlab must be installed from its sources (pip install -e .)")
    for version in chosen.versions:
        if version.count(".") != 1 or not version.replace(".", "").isdigit():
            parser.error(f"VERSION must be like 2.18. Received: {version}")
    found = []
    for version in chosen.versions:
        found.append(measure(version, chosen.folder, not chosen.no_matrix))
    if not chosen.keep:
        for version in chosen.versions:
            shutil.rmtree(chosen.folder / f"tensorflow-{version}", ignore_errors=True)
    options = ["--no-matrix"] if chosen.no_matrix else []
    command = shlex.join(
        ["python", "-m", "optlab.validation.versions", *chosen.versions, *options]
    )
    today = datetime.datetime.now(datetime.UTC).date()
    text = page(found, today, command, supported())
    if chosen.out is None:
        print(text, end="")
    else:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(text)
    return int(any("error" in one.behaviours for one in found))


if __name__ == "__main__":
    raise SystemExit(main())
