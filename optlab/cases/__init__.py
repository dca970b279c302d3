"""The casebook: claims about losses that do not decrease, each measured.

A case is one claim, in a file of its own. To add one, copy this into
``optlab/cases/prose/nesterov.py``, change what differs, and run
``optlab cases prose-nesterov``; the file is found by itself::

    \"\"\"Whether Nesterov's momentum is faster than the ordinary one.\"\"\"

    from optlab.cases.case import Case, Verdict
    from optlab.cases.figures import FINAL_LOSS
    from optlab.cases.findings import Findings
    from optlab.cases.panels import Curves
    from optlab.cases.variant import Variant
    from optlab.experiments import Experiment

    PLAIN = Experiment(
        data={"source": "digits", "scale": "standard"},
        model={"layers": [{"units": 64, "activation": "relu"}, {"units": 10}]},
        loss={"name": "sparse_categorical_crossentropy", "from_logits": True},
        optimizer={"name": "sgd", "learning_rate": 0.01, "momentum": 0.9},
        training={"epochs": 20},
    )


    def judge(found: Findings) -> Verdict:
        \"\"\"It holds where the loss ends lower with Nesterov's form.\"\"\"
        if found.compare(FINAL_LOSS, "nesterov", "momentum") == "better":
            return Verdict("holds", "On the digits, at a rate of 0.01.")
        return Verdict("fails", "The loss ends no lower.")


    CASE = Case(
        id="prose-nesterov",
        articles=("001",),
        title="Nesterov's momentum",
        claim="Nesterov's momentum reaches a lower loss than the ordinary one.",
        variants={
            "momentum": Variant(PLAIN),
            "nesterov": Variant(PLAIN.replace({"optimizer.nesterov": True})),
        },
        figures=(FINAL_LOSS,),
        judge=judge,
        why="Two sentences that explain what was measured.",
        panels=(Curves("loss"),),
    )

A variant is run with each of the case's seeds (five or more), which decide the rows,
their split, the initial weights and the order of the batches. `judge` sees medians,
ranges and paired comparisons, never one run.
"""

from optlab.cases.case import Case, Verdict
from optlab.cases.case_result import CaseResult
from optlab.cases.figures import Figure
from optlab.cases.findings import Findings, Spread
from optlab.cases.registry import catalogue, find, select
from optlab.cases.runner import run_case
from optlab.cases.variant import Descent, Trial, Variant

__all__ = [
    "Case",
    "CaseResult",
    "Descent",
    "Figure",
    "Findings",
    "Spread",
    "Trial",
    "Variant",
    "Verdict",
    "catalogue",
    "find",
    "run_case",
    "select",
]
