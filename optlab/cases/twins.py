"""The part of a case that needs TensorFlow: its twin, and the code as written."""

from __future__ import annotations

from optlab.cases.case import Case
from optlab.cases.case_result import CaseResult


def add_twin(case: Case, outcome: CaseResult) -> None:
    """Run the twin of a case on its first seed and add what came out.

    Where TensorFlow is not installed, only this is skipped, and `outcome.agreement`
    says so.

    Parameters
    ----------
    case : Case
    outcome : CaseResult
        Its result; changed in place.
    """
    from optlab.validation.runtime import MissingTensorFlow, load

    try:
        runtime = load()
    except MissingTensorFlow as error:
        outcome.agreement = {"status": "skipped", "text": f"Twin skipped: {error}"}
        return
    from optlab.validation.cases import compare_case, run_as_written

    outcome.agreement = compare_case(case)
    outcome.runs_as_written, outcome.failures = run_as_written(case.id)
    described = runtime.describe()
    outcome.versions |= {key: described[key] for key in ("tensorflow", "keras")}
