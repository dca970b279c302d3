"""``optlab.fit_and_diagnose(model).fit(...)``: a drop-in for ``model.fit(...)``."""

from __future__ import annotations

from typing import Any

from optlab.diagnosis.result import Diagnosis
from optlab.validation.programs.diagnosing import diagnose_call
from optlab.validation.programs.hooks import Captured


class FitAndDiagnose:
    """Takes the arguments of a model's `fit`, and diagnoses instead of training.

    Parameters
    ----------
    model : keras.Model
        Compiled; it is as before afterwards.
    budget : float, optional
        Seconds.
    engine : {"auto", "optlab", "keras"}
        What trains.
    """

    def __init__(
        self, model: Any, budget: float | None = None, engine: str = "auto"
    ) -> None:
        self.model, self.budget, self.engine = model, budget, engine

    def fit(self, *given: Any, **named: Any) -> Diagnosis:
        """Diagnose the training that ``model.fit`` with these arguments would be."""
        import inspect

        signature = inspect.signature(type(self.model).fit)
        arguments = dict(signature.bind(self.model, *given, **named).arguments)
        arguments.pop("self", None)
        captured = Captured(self.model, "fit", arguments)
        return diagnose_call(captured, self.budget, engine=self.engine)
