"""The state of an optimizer, and how it is written down and read again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from optlab.errors import InputError, InputTypeError
from optlab.optimizers.checks import Array, checked_rate, scheduled_rate
from optlab.optimizers.hyperparameters import Hyperparameter, Integer, Number
from optlab.optimizers.known import made
from optlab.optimizers.options import OPTIONS, Options
from optlab.parameters import Parameters


class OptimizerState:
    """The part of an optimizer that is about its state and its configuration.

    Attributes
    ----------
    options : Options
        The base options.
    name : str
        For messages and configurations.
    built : bool
        Whether the state has been made.
    """

    arguments: ClassVar[tuple[str, ...]] = ()
    options: Options
    name: str
    built: bool
    _rate: Any
    _calls: int
    _slots: dict[str, Parameters]

    @property
    def iterations(self) -> int:
        """The number of updates made so far."""
        steps = self.options.gradient_accumulation_steps
        return self._calls // steps if steps else self._calls

    @property
    def learning_rate(self) -> float:
        """The rate of the next step; settable unless a schedule gives it."""
        return self._current_rate()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        rate = checked_rate(value)
        if callable(self._rate) and not callable(rate):
            raise InputTypeError(
                "This optimizer was made with a schedule as its `learning_rate`, so "
                "the rate cannot be set. Make it with a float to be able to set it."
            )
        self._rate = rate

    @property
    def has_one_rate(self) -> bool:
        """Whether there is one learning rate, and not one for each of several."""
        return True

    @property
    def keeps_average(self) -> bool:
        """Whether `finalize_variable_values` replaces parameters by an average."""
        return self.options.use_ema

    @property
    def loss_scale(self) -> float | None:
        """What the gradients are divided by; the loss is to be multiplied by it."""
        return self.options.loss_scale_factor

    @property
    def schedule(self) -> Callable[[int], float] | None:
        """The schedule that gives the rate, or None where the rate is a number."""
        return self._rate if callable(self._rate) else None

    def _current_rate(self) -> float:
        rate = self._rate
        return scheduled_rate(rate, self._calls) if callable(rate) else float(rate)

    @property
    def state(self) -> dict[str, list[Array]]:
        """The state arrays by name, one a parameter: views that `apply` writes to."""
        if not self.built:
            return {}
        return {name: list(arena.arrays) for name, arena in self._slots.items()}

    def save_state(self) -> dict[str, Any]:
        """Return a copy of everything that the next step depends on.

        Returns
        -------
        dict
            "calls", "learning_rate" (None under a schedule), and "slot/NAME/K" for
            the arrays.
        """
        found: dict[str, Any] = {
            "calls": self._calls,
            "learning_rate": None if callable(self._rate) else self._rate,
        }
        for name, arrays in self.state.items():
            for k, array in enumerate(arrays):
                found[f"slot/{name}/{k}"] = array.copy()
        return found

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned; the optimizer must be built.

        Raises
        ------
        InputError
            If it is not built, or something is missing or does not fit; nothing has
            changed then.
        """
        if not self.built:
            raise InputError(
                "Build the optimizer before loading state: call `build(params)`."
            )
        calls = state_number(state, "calls", Integer(0, 0, 2**62))
        rate = state_number(state, "learning_rate", Number(None, optional=True))
        targets = {
            f"slot/{name}/{k}": array
            for name, arrays in self.state.items()
            for k, array in enumerate(arrays)
        }
        slots = {key for key in state if str(key).startswith("slot/")}
        if slots != set(targets):
            raise InputError(
                f"The state does not belong to this {type(self).__name__}. "
                f"Expected {sorted(targets)}. Received: {sorted(slots)}"
            )
        for key, target in targets.items():
            value = np.asarray(state[key])
            if value.shape != target.shape or value.dtype != target.dtype:
                raise InputError(
                    f"State {key!r} must be {target.dtype.name} of shape "
                    f"{target.shape}. Received: {value.dtype.name} of shape "
                    f"{value.shape}"
                )
        for key, target in targets.items():
            target[...] = state[key]
        self._calls = calls
        if rate is not None and not callable(self._rate):
            self._rate = rate

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write class, configuration and state to one .npz file.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        from optlab import archive

        return archive.write(
            path,
            {
                "class_name": type(self).__name__,
                "config": self.get_config(),
                "state": self.save_state(),
            },
        )

    @staticmethod
    def load(path: str | os.PathLike[str], params: Any) -> Any:
        """Read an optimizer that goes on exactly where `save` left it.

        Parameters
        ----------
        path : path
            What `save` wrote.
        params : Parameters or list of ndarray
            The parameters that it goes on with, of the same shapes.

        Raises
        ------
        InputError
            If the file is missing or none of ours.
        InputError
            If the state does not fit the parameters.
        """
        from optlab import archive

        document = archive.read(path)
        if not {"class_name", "config", "state"} <= set(document):
            raise InputError(f"{path} holds no optimizer.")
        optimizer = made(document)
        optimizer.build(params)
        optimizer.load_state(document["state"])
        return optimizer

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""
        options = self.options
        config: dict[str, Any] = {
            "name": self.name,
            "learning_rate": self._rate_config(),
        }
        for name in OPTIONS:
            if name != "name":
                config[name] = getattr(options, name)
        for name in self.arguments:
            config[name] = getattr(self, name)
        return config

    @classmethod
    def config_names(cls) -> tuple[str, ...]:
        """Return the names that a configuration may hold."""
        return ("learning_rate", *cls.arguments, *OPTIONS)

    def _rate_config(self) -> Any:
        if not callable(self._rate):
            return self._rate
        from optlab import schedules

        return schedules.serialize(self._rate)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build an optimizer from `get_config()`, this one's or tf.keras's."""
        if not isinstance(config, Mapping):
            raise InputTypeError(f"`config` must be a table. Received: {config!r}")
        return cls(**dict(config))


def state_number(state: Any, name: str, check: Hyperparameter) -> Any:
    """Return a number of a saved state, or say that it is missing or wrong."""
    if not isinstance(state, Mapping) or (
        name not in state and check.default is not None
    ):
        raise InputError(
            f"`state` must hold {name!r}, as `save_state` returns it. "
            f"Received: {list(state) if isinstance(state, Mapping) else state!r}"
        )
    value = state.get(name)
    check.name = name
    # Read from a file, a number is an array without axes.
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    return check.checked(value)
