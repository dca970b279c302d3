"""Run what a case's code asks of tf.keras, and say which line fails with which error.

The programs in `optlab.validation.cases.programs` make the decisive calls of the
articles' examples in words of their own, on rows of their own.
"""

from __future__ import annotations

import io
import linecache
import traceback
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from types import TracebackType
from typing import Any

from optlab.validation.cases.programs import PROGRAMS
from optlab.validation.runtime import load


def run_as_written(id: str) -> tuple[bool | None, list[dict[str, str]]]:
    """Run the programs of a case.

    Parameters
    ----------
    id : str
        The case's.

    Returns
    -------
    runs : bool or None
        Whether all ran; None where the case has no code.
    failures : list of dict
        "line" and "error" of each program that did not.
    """
    programs = PROGRAMS.get(id)
    if programs is None:
        return None, []
    failures = [found for p in programs if (found := failure(p)) is not None]
    return not failures, failures


def failure(program: Callable[[], Any]) -> dict[str, str] | None:
    """Run one program; return its failing line and the error, or None."""
    runtime = load()
    runtime.tf.get_logger().setLevel("ERROR")
    runtime.keras.utils.clear_session(free_memory=False)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            program()
    except Exception as error:
        text = "".join(traceback.format_exception_only(error)).strip()
        file = program.__code__.co_filename
        line = _line(error.__traceback__, file)
        return {"line": line, "error": text.splitlines()[0]}
    return None


def _line(trace: TracebackType | None, file: str) -> str:
    """Return the line of `file` in which an error arose, without its indentation."""
    line = ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = linecache.getline(file, trace.tb_lineno).strip()
        trace = trace.tb_next
    return line
