"""A run as a document of numbers and arrays, and back."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.parameters import Parameters
from optlab.run_position import FORMAT, Position
from optlab.tracing import Trace

_PLAIN = (
    "status",
    "history",
    "steps",
    "epochs",
    "seconds",
    "divergence",
    "settings",
    "directions",
    "iterations",
    "interrupted_mid_update",
    "trajectory",
    "resume_weights",
)


def describe(run: Any) -> dict[str, Any]:
    """Return everything that `restore` needs.

    Raises
    ------
    InputError
        If the run is still going on.
    """
    if run.status == "running":
        raise InputError("The run is still going on; it can be saved when it ends.")
    document: dict[str, Any] = {name: getattr(run, name) for name in _PLAIN}
    document["format"] = FORMAT
    document["losses"] = run.losses
    document["position"] = asdict(run.position)
    document["trace"] = None if run.trace is None else run.trace.save_state()
    document["weights"] = run.weights()
    document["optimizer_state"] = run.optimizer_state()
    document["model"] = _config(run.model)
    document["optimizer"] = _config(run.optimizer)
    document["loss"] = _config(run.loss)
    document["problem"] = _config(run.problem)
    return document


def restore(cls: Any, document: Mapping[str, Any]) -> Any:
    """Return the run that a document describes."""
    run = cls()
    for name in _PLAIN:
        setattr(run, name, document[name])
    run.step_losses = array("d", np.asarray(document["losses"], np.float64).tobytes())
    run.position = Position(**document["position"])
    if document["trace"] is not None:
        run.trace = Trace.from_state(document["trace"])
    run.saved = {
        "weights": document["weights"],
        "optimizer": document["optimizer_state"],
    }
    run.loss = _built(document["loss"], _loss)
    run.problem = _built(document["problem"], _problem)
    run.model = _built(document["model"], _model)
    run.optimizer = _built(document["optimizer"], _optimizer)
    if run.model is not None:
        run.model.set_weights(document["weights"])
    if run.trajectory is not None:
        run.arena = Parameters.from_arrays([run.trajectory[-1]], ["x"])
    built_for = run.arena if run.model is None else run.model.parameters
    if run.optimizer is not None and built_for is not None and built_for.size:
        run.optimizer.build(built_for)
        run.optimizer.load_state(document["optimizer_state"])
    return run


def _config(thing: Any) -> dict[str, Any] | None:
    """Return class and configuration, or None for what cannot be written down."""
    if thing is None:
        return None
    try:
        config = thing.get_config()
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return None
    return (
        {"class_name": type(thing).__name__, "config": config}
        if (_is_plain(config))
        else None
    )


def _is_plain(value: Any) -> bool:
    """Tell whether a configuration consists of what a file can hold."""
    if isinstance(value, Mapping):
        return all(_is_plain(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return all(_is_plain(item) for item in value)
    plain = (str, int, float, bool, np.ndarray, np.generic, type(None))
    return isinstance(value, plain)


def _built(
    described: dict[str, Any] | None, build: Callable[[dict[str, Any]], Any]
) -> Any:
    """Build an object, or return None where its class is not ours to know."""
    if described is None:
        return None
    try:
        return build(described)
    except (InputError, TypeError):
        return None


def _loss(described: dict[str, Any]) -> Any:
    from optlab import losses

    return losses.get(described)


def _problem(described: dict[str, Any]) -> Any:
    from optlab import problems

    return problems.get(described["config"])


def _model(described: dict[str, Any]) -> Any:
    from optlab.model import Sequential

    return Sequential.from_config(described["config"])


def _optimizer(described: dict[str, Any]) -> Any:
    from optlab import optimizers

    return optimizers.get(described)
