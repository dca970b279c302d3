"""The options that every optimizer shares, checked once and written once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypedDict


class OtherOptions(TypedDict, total=False):
    """Keyword arguments that every optimizer takes besides its own and the decay."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    name: str | None


class BaseOptions(OtherOptions, total=False):
    """The same with the weight decay, for optimizers that have no default for it."""

    weight_decay: float | None


@dataclass(frozen=True)
class Options:
    """What is done to gradients and parameters around any update rule.

    Attributes
    ----------
    weight_decay : float, optional
        Decoupled decay: ``p -= (p * weight_decay) * learning_rate`` before the rule.
    clipnorm : float, optional
        The largest L2 norm of the gradient of one tensor.
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
    ValueError
        If a value is out of range, or more than one way of clipping is asked for.
    """

    weight_decay: float | None = None
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    use_ema: bool = False
    ema_momentum: float = 0.99
    ema_overwrite_frequency: int | None = None
    loss_scale_factor: float | None = None
    gradient_accumulation_steps: int | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        for name in ("weight_decay", "clipnorm", "clipvalue", "global_clipnorm"):
            _check_number(name, getattr(self, name))
        _check_number("loss_scale_factor", self.loss_scale_factor)
        _check_number("ema_momentum", self.ema_momentum)
        clips = {
            name: getattr(self, name)
            for name in ("clipnorm", "clipvalue", "global_clipnorm")
        }
        if sum(value is not None for value in clips.values()) > 1:
            received = ", ".join(f"{name}={value}" for name, value in clips.items())
            raise ValueError(
                "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. "
                f"Received: {received}"
            )
        if not 0 <= self.ema_momentum <= 1:
            raise ValueError(
                "`ema_momentum` must be in the range [0, 1]. "
                f"Received: ema_momentum={self.ema_momentum}"
            )
        _check_count("ema_overwrite_frequency", self.ema_overwrite_frequency, 1)
        _check_count("gradient_accumulation_steps", self.gradient_accumulation_steps, 2)
        if self.loss_scale_factor is not None and self.loss_scale_factor == 0:
            raise ValueError(
                "`loss_scale_factor` must not be 0. Received: loss_scale_factor=0"
            )

    @property
    def clip(self) -> str:
        """Name the way of clipping, as the fused loops know it.

        A bound of 0 or below switches clipping off without a word, as in tf.keras.
        """
        if self.clipnorm is not None and self.clipnorm > 0:
            return "norm"
        if self.global_clipnorm is not None and self.global_clipnorm > 0:
            return "factor"
        if self.clipvalue is not None and self.clipvalue > 0:
            return "value"
        return "none"

    @classmethod
    def from_keywords(cls, owner: str, keywords: dict[str, Any]) -> Options:
        """Build the options, naming the constructor that got an unknown one."""
        valid = [field.name for field in fields(cls)]
        unknown = sorted(set(keywords) - set(valid))
        if unknown:
            raise TypeError(
                f"{owner} got an unknown option {unknown[0]!r}. "
                f"Besides its own arguments it takes: {', '.join(valid)}"
            )
        return cls(**keywords)


def _check_number(name: str, value: Any) -> None:
    if value is not None and (isinstance(value, (str, bool)) or not _is_real(value)):
        raise ValueError(f"`{name}` must be a number. Received: {name}={value!r}")


def _is_real(value: Any) -> bool:
    try:
        return float(value) == float(value)
    except (TypeError, ValueError):
        return False


def _check_count(name: str, value: Any, least: int) -> None:
    if value is None or (isinstance(value, int) and value in (0, False)):
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(
            f"`{name}` must be an integer >= {least} or None. Received: {name}={value}"
        )


def check_range(
    name: str, value: float, low: float, high: float, brackets: str
) -> None:
    """Raise ValueError unless `value` is a number in the interval.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : float
        What came.
    low, high : float
        The ends of the interval.
    brackets : {"[]", "[)", "(]", "()"}
        Which ends belong to it.
    """
    _check_number(name, value)
    above = low <= value if brackets[0] == "[" else low < value
    below = value <= high if brackets[1] == "]" else value < high
    if not (above and below):
        raise ValueError(
            f"`{name}` must be in {brackets[0]}{low:g}, {high:g}{brackets[1]}. "
            f"Received: {name}={value}"
        )
