"""Losses and optimizers as the tables of an experiment: what is not the default."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab import losses, optimizers
from optlab.lookup import snake_case

Table = dict[str, Any]


def loss_table(loss: Any) -> Table:
    """Return a loss as ``[loss]`` has it."""
    name = snake_case(type(loss).__name__)
    return {"name": name} | _changed(loss.get_config(), losses.get(name).get_config())


def optimizer_table(optimizer: Any) -> Table:
    """Return an optimizer as ``[optimizer]`` has it, without its state."""
    name = next(
        name
        for name in optimizers.names()
        if type(optimizers.get(name)) is type(optimizer)
    )
    config = optimizer.get_config()
    rate = {"learning_rate": _rate(config.pop("learning_rate"))}
    usual = optimizers.get(name).get_config()
    return {"name": name, **rate} | _changed(config, usual)


def _changed(config: Table, usual: Table) -> Table:
    return {
        key: value
        for key, value in config.items()
        if key != "name" and value is not None and value != usual.get(key)
    }


def _rate(value: Any) -> Any:
    """Return a rate; tf.keras's float32 0.1 comes back as 0.10000000149."""
    if not isinstance(value, dict):
        return float(str(np.float32(value)))
    options = {k: v for k, v in value["config"].items() if v is not None}
    options.pop("name", None)
    return {"name": snake_case(value["class_name"]), **options}
