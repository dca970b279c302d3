"""The fix as a diff of the experiment file, its comments kept."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from optlab.diagnosis.repairs import is_stored
from optlab.diagnosis.result import Diagnosis
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.experiments.paths import difference
from optlab.experiments.toml_files import edit, parse, read_text, write

#: What repaired rows are called where the fix has no file name yet.
REPAIRED = "repaired.npz"


def source_text(experiment: Experiment) -> str:
    """Return the text of the file that an experiment was read from.

    Where there is none, or it says something else by now, the text that would be
    written for the experiment.
    """
    written = write(experiment.to_dict())
    path = Path(experiment.folder or ".") / f"{experiment.name}.toml"
    if not experiment.name or not path.is_file():
        return written
    try:
        text = read_text(path)
        same = Experiment(**parse(text, path.name)) == experiment
    except InputError:
        return written
    return text if same else written


def cured_text(answer: Diagnosis, repaired: str = REPAIRED) -> str:
    """Return the text of the cured experiment: the original's, with the fix made.

    Parameters
    ----------
    answer : Diagnosis
        With a cure.
    repaired : str
        The name of the file with repaired rows, where the cure has some.
    """
    if answer.cured is None:
        raise InputError("There is no cure to write.")
    cured = answer.cured
    if cured.data is not None and is_stored(cured.data.source):
        same = answer.experiment.data and answer.experiment.data.source
        if cured.data.source != same:
            cured = cured.replace({"data.source": repaired})
    changed = difference(answer.experiment.to_dict(), cured.to_dict())
    changes = {path: new for path, (_, new) in changed.items()}
    edited = edit(source_text(answer.experiment), changes)
    # Where the last key of an inline table went away, its blank is left behind.
    tidy = re.sub(r"(?<=\S) {2,}\}", " }", edited)
    return tidy if parse(tidy, "") == parse(edited, "") else edited


def file_diff(answer: Diagnosis, repaired: str = REPAIRED) -> str:
    """Return the fix as a unified diff of the experiment file; empty without a cure.

    Parameters
    ----------
    answer : Diagnosis
        What `optlab.diagnose` returned.
    repaired : str
        The name of the file with repaired rows, where the cure has some.
    """
    if answer.cured is None:
        return ""
    name = f"{answer.experiment.name or 'experiment'}.toml"
    lines = difflib.unified_diff(
        source_text(answer.experiment).splitlines(),
        cured_text(answer, repaired).splitlines(),
        name,
        f"{name}, cured",
        lineterm="",
        n=2,
    )
    return "\n".join(lines)
