"""What changes between versions of TensorFlow: one environment each, one table.

``python -m optlab.validation.versions 2.16 2.18 2.21 --out FILE``

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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optlab
from optlab.validation.version_table import Measured, page

ROOT = Path(optlab.__file__).resolve().parents[1]
FOLDER = ROOT / ".venv-versions"

#: The Keras that was current when a TensorFlow came out. TensorFlow itself asks only
#: for a lower bound, so without it every version would be measured on one Keras.
KERAS = {
    "2.16": "3.3",
    "2.17": "3.4",
    "2.18": "3.6",
    "2.19": "3.9",
    "2.20": "3.11",
}
#: After so many seconds a measurement is given up.
PATIENCE = 900


def requirements(version: str) -> list[str]:
    """Return what an environment for a TensorFlow version needs, without optlab.

    NumPy is left to TensorFlow: before 2.18 it needs NumPy 1, which optlab does not
    ask for.
    """
    declared = configparser.ConfigParser()
    declared.read(ROOT / "setup.cfg")
    ours = declared["options"]["install_requires"].split()
    keras = [f"keras=={KERAS[version]}.*"] if version in KERAS else ["keras"]
    others = [line for line in ours if not line.startswith("numpy")]
    return [f"tensorflow=={version}.*", *keras, *others]


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


def answer(python: Path, *command: str) -> dict[str, Any]:
    """Run an optlab command with ``--json`` in an environment and read its answer.

    Returns ``{"error": last line}`` where there is none.
    """
    # Compiled kernels depend on the NumPy and Numba they were compiled with.
    cache = python.parent.parent / "numba-cache"
    settings = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    try:
        ran = subprocess.run(
            [str(python), "-m", "optlab", *command, "--json"],
            capture_output=True,
            text=True,
            env=settings,
            cwd=ROOT,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"no answer after {PATIENCE} s"}
    try:
        found: dict[str, Any] = json.loads(ran.stdout)
    except json.JSONDecodeError:
        return {"error": _last_line(ran.stderr) or f"exit status {ran.returncode}"}
    return found


def _last_line(text: str | None) -> str:
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def measure(version: str, folder: Path, matrix: bool) -> Measured:
    """Install a version and measure it; what fails is part of the result."""
    try:
        python = environment(version, folder)
    except subprocess.CalledProcessError as error:
        return Measured(version, {"error": _last_line(error.stderr) or str(error)}, {})
    behaviours = answer(python, "behaviours", "--no-peers")
    return Measured(version, behaviours, answer(python, "verify") if matrix else {})


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
        print(f"TensorFlow {version} ...", file=sys.stderr, flush=True)
        found.append(measure(version, chosen.folder, not chosen.no_matrix))
    if not chosen.keep:
        for version in chosen.versions:
            shutil.rmtree(chosen.folder / f"tensorflow-{version}", ignore_errors=True)
    options = ["--no-matrix"] if chosen.no_matrix else []
    command = shlex.join(
        ["python", "-m", "optlab.validation.versions", *chosen.versions, *options]
    )
    text = page(found, datetime.datetime.now(datetime.UTC).date(), command)
    if chosen.out is None:
        print(text, end="")
    else:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(text)
    return int(any("error" in one.behaviours for one in found))


if __name__ == "__main__":
    raise SystemExit(main())
