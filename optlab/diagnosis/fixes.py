"""Write the cured experiment, and repaired rows where the cure needs them."""

from __future__ import annotations

import shutil
from pathlib import Path

from optlab.diagnosis import file_diff
from optlab.diagnosis.repairs import is_stored
from optlab.diagnosis.result import CURED, Diagnosis
from optlab.errors import InputError
from optlab.experiments.toml_files import edit
from optlab.files import write_text as write_file


def check_free(path: Path, diagnosed: str = "") -> None:
    """Raise where a fix would overwrite what somebody else has written.

    Parameters
    ----------
    path : Path
        The new file; the rows beside it have its stem and .npz.
    diagnosed : str
        The file that is diagnosed, which is never overwritten.

    Raises
    ------
    InputError
        If it is that file, a program that is none of optlab's, or there are rows beside
        it that belong to something else.
    """
    beside = path.with_suffix(".npz")
    there = path.exists()
    if there and diagnosed and Path(diagnosed).exists() and path.samefile(diagnosed):
        raise InputError(f"{path} is what is diagnosed: give the fix another name.")
    if there and path.suffix == ".py":
        with path.open(encoding="utf-8", errors="replace") as file:
            if CURED not in file.readline():
                raise InputError(f"{path} is there already: give another name.")
    if beside.exists() and not there:
        raise InputError(
            f"The rows of the fix would overwrite {beside}: give another name."
        )


def write_fix(answer: Diagnosis, path: str | Path) -> list[Path]:
    """Write the cured experiment as a TOML file, with the comments of the original.

    Where the cure repairs rows, the repaired data go beside it as an .npz file of the
    same stem.

    Parameters
    ----------
    answer : Diagnosis
        With a cure.
    path : str or Path
        The new .toml file.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        If there is no cure to write, or the files cannot be written.
    """
    path = Path(path)
    check_free(path)
    if answer.program is not None:
        from optlab.validation.programs.writing import write_program

        return write_program(answer, path)
    if answer.cured is None or answer.cured.data is None:
        why = "the set-up is healthy" if answer.healthy else "no change cured it"
        raise InputError(f"There is no fix to write: {why}.")
    if path.suffix != ".toml":
        raise InputError(f"The fix must be a .toml file. Received: {path}")
    cured, source, written = answer.cured, answer.cured.data.source, [path]
    if is_stored(source):
        beside = path.with_suffix(".npz")
        try:
            shutil.copyfile(source, beside)
        except OSError as error:
            raise InputError(f"Cannot write {beside}: {error.strerror}") from error
        tree = cured.replace({"data.source": beside.name}).to_dict()
        cured = type(cured).from_tree(tree, path.resolve().parent, cured.name)
        written.append(beside)
    text = file_diff.cured_text(answer)
    source = cured.source_from(path.resolve().parent)
    write_file(path, edit(text, {"data.source": source}))
    return written
