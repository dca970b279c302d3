"""What ``compile`` was given, as tables."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from optlab.experiments.paths import Tree
from optlab.lookup import snake_case
from optlab.validation.programs.entries import plain_value


def compiled_arguments(model: Any) -> dict[str, Any]:
    """Return what ``compile`` was called with, read off the model."""
    found: dict[str, Any] = {"optimizer": model.optimizer, "loss": model.loss}
    losses, metrics = model._compile_loss, model._compile_metrics
    if losses is not None and losses._user_loss_weights is not None:
        found["loss_weights"] = losses._user_loss_weights
    if metrics is not None:
        found["metrics"] = metrics._user_metrics
        found["weighted_metrics"] = metrics._user_weighted_metrics
    for name, default in (
        ("run_eagerly", False),
        ("steps_per_execution", 1),
        ("auto_scale_loss", True),
    ):
        value = getattr(model, name, default)
        if value != default:
            found[name] = value
    return {name: value for name, value in found.items() if value is not None}


def metric_names(given: Any) -> list[str]:
    """Return the names of metrics in snake case; "exact_accuracy" is `Accuracy`."""
    import keras

    if isinstance(given, dict):
        given = list(given.values())
    parts = list(given) if isinstance(given, (list, tuple)) else [given]
    found: list[str] = []
    for part in parts:
        if isinstance(part, (list, tuple, dict)):
            found += metric_names(part)
        elif type(part) is keras.metrics.Accuracy:
            found.append("exact_accuracy")
        elif part is not None:
            name = getattr(part, "__name__", type(part).__name__)
            found.append(snake_case(part if isinstance(part, str) else name))
    return found


def loss_table(given: Any) -> Tree:
    """Return the loss table of what ``compile`` was given."""
    import keras

    if isinstance(given, (list, tuple)) and len(given) == 1:
        given = given[0]
    if isinstance(given, dict) and len(given) == 1:
        given = next(iter(given.values()))
    if given is None:
        return {"name": "none"}
    if isinstance(given, (list, tuple, dict)):
        return {"name": "several"}
    if isinstance(given, str):
        try:
            given = keras.losses.get(given)
        except ValueError:
            names = [name for name in dir(keras.losses) if name.islower()]
            near = difflib.get_close_matches(given, names, 1)
            return {"name": "unknown", "given": given, "nearest": "".join(near)}
    if isinstance(given, keras.losses.Loss):
        if getattr(keras.losses, type(given).__name__, None) is not type(given):
            return {"name": "custom", "function": type(given).__name__}
        config = {**getattr(given, "_fn_kwargs", {}), **given.get_config()}
        default = type(given)()
        usual = {**getattr(default, "_fn_kwargs", {}), **default.get_config()}
        kept = {
            key: plain_value(value)
            for key, value in config.items()
            if usual.get(key) != value and key not in ("name", "dtype")
        }
        return {"name": loss_name(type(given).__name__), **kept}
    name = getattr(given, "__name__", "custom")
    if getattr(keras.losses, name, None) is not given:
        return {"name": "custom", "function": name}
    return {"name": loss_name(name)}


def loss_name(name: str) -> str:
    """Return a loss's snake-case name for its class or function."""
    found = snake_case(name)
    return {"kldivergence": "kl_divergence"}.get(found, found)


def optimizer_table(optimizer: Any) -> Tree:
    """Return the optimizer table."""
    import keras

    name = type(optimizer).__name__
    if getattr(keras.optimizers, name, None) is not type(optimizer):
        return {"name": "custom", "class": name, "learning_rate": 1e-3}
    if name == "LossScaleOptimizer":
        return optimizer_table(optimizer.inner_optimizer)
    default = type(optimizer)().get_config()
    table: Tree = {"name": name.lower()}
    for key, value in optimizer.get_config().items():
        if key == "learning_rate":
            table[key] = _rate(value)
        elif key != "name" and value != default.get(key) and value is not None:
            table[key] = plain_value(value)
    return table


def _rate(value: Any) -> Any:
    """Return a rate as a table: a number, or the schedule's name and arguments."""
    if isinstance(value, dict):
        options = {k: plain_value(v) for k, v in value["config"].items() if k != "name"}
        return {"name": snake_case(value["class_name"]), **options}
    # tf.keras keeps rates in float32: 0.1 comes back as 0.10000000149.
    return float(str(np.float32(value)))
