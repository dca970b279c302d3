"""The options that every optimizer shares, checked once and written once."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from optlab.errors import InputError
from optlab.kernels.rules.clipping import CLIPS
from optlab.optimizers.hyperparameters import (
    Flag,
    Hyperparameter,
    Integer,
    Number,
    Text,
)

#: The largest count that is taken; what is more is a slip.
_MOST = 2**31 - 1


def _option(check: Hyperparameter) -> Any:
    """Return the field of an option, with its default and what checks it."""
    return field(default=check.default, metadata={"check": check})


@dataclass(frozen=True)
class Options:
    """What is done to gradients and parameters around any update rule.

    Attributes
    ----------
    weight_decay : float, optional
        Decoupled decay: ``p -= (p * weight_decay) * learning_rate`` before the rule.
    clipnorm : float, optional
        The largest L2 norm of the gradient of one tensor. tf.keras ignores a negative
        bound without a word; here it is refused, and 0 switches clipping off.
    clipvalue : float, optional
        The largest absolute value of one entry of a gradient.
    global_clipnorm : float, optional
        The largest L2 norm of all gradients together.
    use_ema : bool
        Whether to keep a moving average of the parameters.
    ema_momentum : float
        Its momentum, in [0, 1].
    ema_overwrite_frequency : int, optional
        Every so many steps the parameters are replaced by their average.
    loss_scale_factor : float, optional
        The gradients are divided by it first.
    gradient_accumulation_steps : int, optional
        Update once in so many calls, with the mean of their gradients; at least 2.
    name : str, optional
        A name for messages and configurations.

    Raises
    ------
    InputError
        If a value is out of range, or more than one way of clipping is asked for.
    """

    weight_decay: float | None = _option(Number(None, optional=True))
    clipnorm: float | None = _option(Number(None, "[0, inf)", optional=True))
    clipvalue: float | None = _option(Number(None, "[0, inf)", optional=True))
    global_clipnorm: float | None = _option(Number(None, "[0, inf)", optional=True))
    use_ema: bool = _option(Flag(False))
    ema_momentum: float = _option(Number(0.99, "[0, 1]"))
    ema_overwrite_frequency: int | None = _option(Integer(None, 1, _MOST))
    loss_scale_factor: float | None = _option(Number(None, optional=True))
    gradient_accumulation_steps: int | None = _option(Integer(None, 2, _MOST))
    name: str | None = _option(Text(None))

    def __post_init__(self) -> None:
        for name, option in OPTIONS.items():
            value = getattr(self, name)
            if value is not option.default:
                object.__setattr__(self, name, option.checked(value))
        clips = {name: getattr(self, name) for name in CLIPS}
        if sum(value is not None for value in clips.values()) > 1:
            received = ", ".join(f"{name}={value}" for name, value in clips.items())
            raise InputError(
                "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. "
                f"Received: {received}"
            )
        if self.loss_scale_factor == 0:
            raise InputError(
                "`loss_scale_factor` must not be 0. Received: loss_scale_factor=0"
            )

    @property
    def clip(self) -> str | None:
        """The option that says how to clip, if one does; 0 does not."""
        return next((name for name in CLIPS if getattr(self, name)), None)


#: What checks each option.
OPTIONS: dict[str, Hyperparameter] = {}
for _field in fields(Options):
    OPTIONS[_field.name] = _field.metadata["check"]
    OPTIONS[_field.name].name = _field.name
