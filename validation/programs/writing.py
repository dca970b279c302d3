"""Write a cured program: a .py file, and its rows beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optlab.diagnosis.result import CURED, Diagnosis
from optlab.errors import InputError
from optlab.files import write_atomically, write_text
from optlab.validation.programs.code import source_of


def write_program(answer: Diagnosis, path: Path) -> list[Path]:
    """Write the cure as a complete Keras program, and the rows as .npz beside it.

    Raises
    ------
    InputError
        If there is no cure, or it or a file cannot be written.
    """
    if path.suffix != ".py":
        raise InputError(f"The fix of a program must be a .py file. Received: {path}")
    if answer.program.cured is None:
        why = "the set-up is healthy" if answer.healthy else "no change cured it"
        raise InputError(f"There is no fix to write: {why}.")
    text, arrays = source_of(answer.program.cured, answer.program.script)
    named = Path(answer.program.script).name or "The model"
    said = "; ".join(str(change) for change in answer.lines) or "see optlab diagnose"
    head = f'"""{named}{CURED} {_one_line(said)}"""\n\n'
    rows = path.with_suffix(".npz")
    with write_atomically(rows) as file:
        np.savez_compressed(file, **arrays)
    write_text(path, head + text)
    return [path, rows]


def _one_line(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "/").replace('"""', "'''")
    return plain if len(plain) < 400 else f"{plain[:400]} ..."
