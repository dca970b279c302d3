"""004-3: StandardScaler on a CSV file with features of very different size."""

from __future__ import annotations

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS, FINAL_VAL_LOSS
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import tumours, wine
from optlab.cases.variant import Variant

_FILES = {"wines": wine(), "tumours": tumours((16,))}


def _variants() -> dict[str, Variant]:
    found = {}
    for name, experiment in _FILES.items():
        found[f"{name}, raw"] = Variant(experiment.replace({"data.scale": "none"}))
        found[f"{name}, scaled"] = Variant(experiment)
    return found


def judge(found: Findings) -> Verdict:
    """Hold where the scaled columns end lower in both files."""
    relation = {
        name: found.compare(FINAL_LOSS, f"{name}, scaled", f"{name}, raw")
        for name in _FILES
    }
    for name in _FILES:
        found.compare(FINAL_VAL_LOSS, f"{name}, scaled", f"{name}, raw")
        found.compare(FINAL_ACCURACY, f"{name}, scaled", f"{name}, raw")
    figures = "; ".join(
        f"{name} from {number(found.median(FINAL_LOSS, f'{name}, raw'))} to "
        f"{number(found.median(FINAL_LOSS, f'{name}, scaled'))}"
        for name in _FILES
    )
    better = [name for name, way in relation.items() if way == "better"]
    if len(better) == len(_FILES):
        return Verdict("holds", f"Training loss after 50 epochs: {figures}.")
    if better:
        return Verdict("depends", f"On the file: {figures}.")
    return Verdict("fails", f"Training loss: {figures}.")


CASE = Case(
    id="004-3",
    articles=("004",),
    title="Scaling the columns of a table",
    claim="Standardizing the columns of a table whose features differ greatly in size "
    "improves what Adam reaches.",
    variants=_variants(),
    figures=(FINAL_LOSS, FINAL_VAL_LOSS, FINAL_ACCURACY),
    judge=judge,
    why="In both tables the largest column is thousands of times the smallest. Adam "
    "gives each weight its own step size, but not each direction: the large column "
    "swings the sum of a unit by hundreds at every step, so units die or saturate at "
    "once, and the columns that carry the answer are heard only after the large one "
    "has been balanced. Scaled, every column is heard from the first step. The scaling "
    "is fitted on the training rows alone; fitted on all rows, as one often sees, it "
    "tells the model about the validation rows.",
    panels=(
        Curves("loss", title="Training loss", scale="log"),
        Dots(FINAL_ACCURACY, title="Validation accuracy"),
    ),
)
