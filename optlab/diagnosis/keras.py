"""What works on tf.keras models; TensorFlow is imported when they are called."""

from __future__ import annotations

from typing import Any


def watch(x: Any = None, y: Any = None, *, verbose: bool = True) -> Any:
    """Return a tf.keras callback that looks inside every layer, every epoch.

    Parameters
    ----------
    x, y : array_like, tf.data.Dataset or PyDataset, optional
        Rows to look at the model with; 64 of them, evenly spaced, are taken. Left out:
        those that `fit` was called with, unless they come from a generator.
    verbose : bool
        Whether a line is printed when something is wrong.

    Returns
    -------
    Watcher
        With `looks`, `warnings` and `plot()`.
    """
    from optlab.validation.programs.watching import Watcher

    return Watcher(x, y, verbose=verbose)


def fit_and_diagnose(
    model: Any, *, budget: float | None = None, engine: str = "auto"
) -> Any:
    """Return an object whose `fit` diagnoses what ``model.fit`` would train.

    Parameters
    ----------
    model : keras.Model
        Compiled; it is as before afterwards.
    budget : float, optional
        Seconds; as `optlab.diagnose` takes it.
    engine : {"auto", "optlab", "keras"}
        What trains.

    Returns
    -------
    FitAndDiagnose

    Examples
    --------
    ``answer = optlab.fit_and_diagnose(model).fit(x, y, epochs=20)``
    """
    from optlab.validation.programs.fitting import FitAndDiagnose

    return FitAndDiagnose(model, budget, engine)
