"""What runs are called in a legend, and what axes are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optlab.errors import InputError

#: A run, several in a list, or several with the names they go by.
Runs = Any

_LOSSES = {
    "binary_crossentropy": "cross-entropy (nats)",
    "categorical_crossentropy": "cross-entropy (nats)",
    "sparse_categorical_crossentropy": "cross-entropy (nats)",
    "mean_squared_error": "mean squared error",
    "mean_absolute_error": "mean absolute error",
    "huber": "Huber",
    "log_cosh": "log-cosh",
}
#: Units of what is drawn, where a unit has a name.
_UNITS = {
    "accuracy": "fraction correct",
    "auc": "area under the ROC curve",
    "mae": "units of the target",
    "mse": "squared units of the target",
    "learning_rate": "per step",
}
#: What is written in capitals.
_SHORT = {"auc", "mae", "mape", "mse", "msle", "rmse"}


def labelled(runs: Runs, labels: Sequence[str] | None = None) -> list[tuple[str, Any]]:
    """Return (label, run) pairs for whatever the caller passed.

    Parameters
    ----------
    runs : Run, sequence of Run, or dict of str to Run
        What to draw.
    labels : sequence of str, optional
        Names for the runs; else a dictionary's keys, else what tells their optimizers
        apart.

    Raises
    ------
    InputError
        If there is no run, or the labels are not as many as the runs.
    """
    if isinstance(runs, Mapping):
        found = [(str(label), run) for label, run in runs.items()]
    elif isinstance(runs, Sequence):
        found = [("", run) for run in runs]
        names = distinct_names([run for _, run in found])
        found = [(name, run) for name, (_, run) in zip(names, found, strict=True)]
    else:
        found = [(distinct_names([runs])[0], runs)]
    if not found:
        raise InputError("There must be at least one run to draw. Received none.")
    if labels is not None:
        if isinstance(labels, str):
            labels = [labels]
        if len(labels) != len(found):
            raise InputError(
                f"`labels` must hold one name a run: {len(found)} expected. "
                f"Received: {list(labels)}"
            )
        found = [
            (str(label), run) for label, (_, run) in zip(labels, found, strict=True)
        ]
    return found


def distinct_names(runs: Sequence[Any]) -> list[str]:
    """Name runs by what tells them apart: optimizer, then differing arguments."""
    configs = [_optimizer_config(run) for run in runs]
    kinds = [str(config.pop("", "run")) for config in configs]
    keys = sorted({key for config in configs for key in config if key != "name"})
    differing = [
        key for key in keys if len({repr(c.get(key, _ABSENT)) for c in configs}) > 1
    ]
    names = []
    for kind, config in zip(kinds, configs, strict=True):
        shared = [other for other, k in zip(configs, kinds, strict=True) if k == kind]
        shown = [
            f"{key}={_short(config[key])}"
            for key in differing
            if key in config and len({repr(c.get(key, _ABSENT)) for c in shared}) > 1
        ]
        # What all share need not be said; one run alone goes by its optimizer.
        named = kind if len(set(kinds)) > 1 or not shown else None
        names.append(", ".join([named, *shown] if named else shown))
    repeated = {name for name in names if names.count(name) > 1}
    return [
        f"{name} #{names[: i + 1].count(name)}" if name in repeated else name
        for i, name in enumerate(names)
    ]


def loss_label(runs: Sequence[Any]) -> str:
    """Return the y label for a loss curve of these runs."""
    names = {loss_name(run) for run in runs}
    if len(names) != 1 or names == {""}:
        return "loss"
    name = names.pop()
    return f"loss: {_LOSSES.get(name, name.replace('_', ' '))}"


def loss_name(run: Any) -> str:
    """Return the name of a run's loss in snake case, or an empty string."""
    loss = getattr(run, "loss", None)
    if loss is None or isinstance(loss, str):
        return loss or ""
    return str(getattr(loss, "name", ""))


def heading(name: str) -> str:
    """Return the title of a panel: "Val accuracy", "MAE"."""
    words = [word.upper() if word in _SHORT else word for word in name.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def optimizer_name(run: Any) -> str:
    """Return the class name of a run's optimizer; "run" where there is none."""
    return str(_optimizer_config(run).get("", "run"))


def metric_label(name: str) -> str:
    """Return the axis label of a metric, with its unit where it has one."""
    unit = _UNITS.get(name)
    pretty = name.replace("_", " ")
    return f"{pretty} ({unit})" if unit else pretty


_ABSENT = object()


def _optimizer_config(run: Any) -> dict[str, Any]:
    """Return an optimizer's arguments, with its class name under the empty key."""
    optimizer = getattr(run, "optimizer", None)
    if optimizer is None:
        return {}
    if isinstance(optimizer, Mapping):
        config = dict(optimizer.get("config", {}))
        config[""] = optimizer.get("class_name", "run")
        return config
    describe = getattr(optimizer, "get_config", None)
    config = dict(describe()) if describe else {}
    config[""] = type(optimizer).__name__
    return config


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("class_name", value.get("name", "schedule")))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
