"""Going on with a run: what must be the same, and what is put back."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from optlab.callbacks import Callback
from optlab.errors import InputError
from optlab.run import Run


def check_resumable(old: Any, settings: Mapping[str, Any]) -> None:
    """Raise where a run cannot go on with these settings.

    Parameters
    ----------
    old : Run
        The run so far.
    settings : mapping
        `Run.settings` of its continuation.

    Raises
    ------
    InputError
        If it diverged, was cut in the middle of an update, or a setting differs.
    """
    if not isinstance(old, Run):
        raise InputError(
            f"`resume` must be a Run. Received: {type(old).__name__}; read a file with "
            "`Run.load(path)`."
        )
    if old.status == "diverged":
        raise InputError(
            "A diverged run cannot be resumed: its weights are not finite."
        )
    if old.interrupted_mid_update:
        raise InputError(
            "This run was interrupted in the middle of an update and cannot be resumed."
        )
    if old.status == "running":
        raise InputError("A run that is still going on cannot be resumed.")
    for name, value in settings.items():
        if name not in old.settings:
            raise InputError(
                f"This run has no setting {name!r}: it is of another kind, or was kept "
                "by an older optlab."
            )
        if old.settings[name] != value:
            raise InputError(_difference(name, old.settings[name], value))


def noted(thing: Any) -> dict[str, Any]:
    """Return what a resumed run's model or optimizer must have in common with this.

    That is its configuration, but for what only first weights depend on, and for names,
    which are counted up in a process.
    """
    config = {"class_name": type(thing).__name__, "config": thing.get_config()}
    text = json.dumps(config, default=lambda value: type(value).__name__)
    return dict(_without_names(json.loads(text)))


def _without_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_names(item)
            for key, item in value.items()
            if key not in ("name", "seed") and not key.endswith("_initializer")
        }
    if isinstance(value, list):
        return [_without_names(item) for item in value]
    return value


def continued(old: Run, new: Run) -> None:
    """Copy what happened so far from `old` to `new`, which stays apart from it."""
    new.history = {name: list(column) for name, column in old.history.items()}
    new.step_losses = array("d", old.step_losses)
    new.steps, new.epochs, new.seconds = old.steps, old.epochs, old.seconds
    new.position = replace(old.position)
    if new.position.partial_row:
        for column in new.history.values():
            column.pop()
        new.position.partial_row = False
    if old.trace is not None:
        new.trace = old.trace.copy()


def check_state(old: Run, model: Any, optimizer: Any) -> None:
    """Raise where `put_back` could not put the run's state back."""
    check_idle(old, optimizer)
    if model is not old.model:
        shapes = [weight.shape for weight in model.get_weights()]
        saved = [weight.shape for weight in old.weights()]
        if shapes != saved:
            raise InputError(
                f"The model must have the run's weights, of shapes {saved}. "
                f"Received: shapes {shapes}"
            )


def check_idle(old: Run, optimizer: Any) -> None:
    """Raise where the run's own optimizer has made updates since it ended."""
    unchanged: Any = old.optimizer
    if unchanged is optimizer and unchanged.iterations != old.iterations:
        raise InputError(
            f"The optimizer has gone on since the run ended: {unchanged.iterations} "
            f"updates instead of {old.iterations}. Resume from a saved file."
        )


def put_back(
    old: Run, model: Any, optimizer: Any, callbacks: Sequence[Callback]
) -> None:
    """Give model, optimizer and callbacks the state that the run left.

    The optimizer must be built for the model.
    """
    if old.resume_weights is not None:
        model.set_weights(old.resume_weights)
    elif model is not old.model:
        model.set_weights(old.weights())
    if optimizer is not old.optimizer and model.parameters.size:
        optimizer.load_state(old.optimizer_state())
    position = old.position
    if position.partial_row and position.learning_rate is not None:
        # Callbacks saw the end of an epoch that now goes on.
        optimizer.learning_rate = position.learning_rate
    for callback, state in zip(callbacks, position.callbacks, strict=True):
        callback.load_state(state)


def _difference(name: str, before: Any, now: Any) -> str:
    if name == "data":
        return (
            "A resumed run must go on with the same data; these have other shapes or "
            "values, or other weights. To train on with new data, call `fit` without "
            "`resume`."
        )
    if name == "validation":
        return (
            "A resumed run must go on with the same validation data; these have other "
            "shapes or values."
        )
    name, before, now = _first_difference(name, before, now)
    return (
        f"A resumed run must go on with the same `{name}`: {before!r}. "
        f"Received: {name}={now!r}"
    )


def _first_difference(name: str, before: Any, now: Any) -> tuple[str, Any, Any]:
    """Follow nested tables and lists to what differs; name the path to it."""
    keys: Any = ()
    if isinstance(before, dict) and isinstance(now, dict):
        keys = [*before, *(key for key in now if key not in before)]
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        keys = range(len(before))
        before, now = dict(enumerate(before)), dict(enumerate(now))
    else:
        before, now = _in_short(before), _in_short(now)
    for key in keys:
        a, b = before.get(key), now.get(key)
        if a != b:
            inner = name if key in ("config", "layers") else f"{name}.{key}"
            return _first_difference(inner, a, b)
    return name, before, now


def _in_short(value: Any) -> Any:
    """Return layers by their classes, for a message."""
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return [item.get("class_name") for item in value]
    return value
