"""What every optimizer is to those that use it: the interface, and no machine."""

from __future__ import annotations

import abc
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from optlab.errors import InputError
from optlab.notebook import arguments_html, drawn
from optlab.optimizers.known import made
from optlab.optimizers.parameter_set import Tensors
from optlab.typing import Array

#: What `apply` says where it has no parameters.
NOT_BUILT = (
    "The optimizer is not built: pass the parameters as well, "
    "`apply(grads, params)`, or call `build(params)` first."
)
#: What `load_state` says there.
NOT_LOADABLE = "Build the optimizer before loading state: call `build(params)`."


class Optimizer(abc.ABC):
    """Updates parameters in place.

    `RuleOptimizer` is the base of those with an update rule; `LossScaleOptimizer` and
    `MultiOptimizer` hand the work to others.

    Attributes
    ----------
    name : str
        For messages and configurations.
    """

    name: str
    #: Returns the value and the gradients at the present parameters, for optimizers
    #: that look more than once a step. `fit` and `minimize` set it; so does a loop of
    #: your own, before `apply`.
    value_and_grad: Callable[[], tuple[float, Any]] | None = None

    @property
    def looks_again(self) -> bool:
        """Whether a step needs `value_and_grad`, at other parameters."""
        return False

    def looked_again(self) -> tuple[float, Any]:
        """Return the value and the gradients at the present parameters.

        Raises
        ------
        InputError
            If nobody has said how.
        """
        if self.value_and_grad is None:
            raise InputError(
                f"A step of {type(self).__name__} needs gradients at other parameters "
                "too: set `optimizer.value_and_grad` to a function that returns the "
                "value and the gradients at the present ones. `fit` and `minimize` do."
            )
        return self.value_and_grad()

    @property
    @abc.abstractmethod
    def built(self) -> bool:
        """Whether the state has been made."""

    @abc.abstractmethod
    def build(self, params: Tensors) -> None:
        """Make the state for `params`, which `apply` will update in place.

        Parameters
        ----------
        params : Parameters or list of ndarray
            An arena, or separate C-contiguous arrays, float32 or float64.

        Raises
        ------
        InputTypeError
            If it holds no plain arrays, a dtype is neither float32 nor float64, or
            dtypes are mixed.
        InputError
            If an array is not contiguous, is read-only or shares memory with another,
            or the optimizer is built already for other parameters.
        """

    @abc.abstractmethod
    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Update the parameters in place by one step.

        Parameters
        ----------
        grads : Parameters or list of (ndarray or None)
            One gradient a parameter, of its shape and dtype. None leaves that
            parameter and its state as they are.
        params : Parameters or list of ndarray, optional
            The parameters; the first call builds the optimizer for them.

        Raises
        ------
        InputTypeError
            If a gradient is no plain array, or of another dtype than its parameter.
        InputError
            If the optimizer is not built, counts or shapes disagree, or a parameter
            has become read-only. Nothing has been changed then.
        """

    @abc.abstractmethod
    def checked_gradients(self, grads: Any) -> list[Any]:
        """Return gradients as a list, one a parameter, or say what is wrong with one.

        Raises
        ------
        InputError
            As `apply` does.
        """

    @property
    @abc.abstractmethod
    def iterations(self) -> int:
        """The number of updates made so far."""

    @property
    @abc.abstractmethod
    def learning_rate(self) -> float:
        """The rate of the next step; settable unless a schedule gives it."""

    @learning_rate.setter
    @abc.abstractmethod
    def learning_rate(self, value: Any) -> None: ...

    @property
    def has_one_rate(self) -> bool:
        """Whether there is one learning rate, and not one for each of several."""
        return True

    @property
    @abc.abstractmethod
    def schedule(self) -> Callable[[int], float] | None:
        """The schedule that gives the rate, or None where the rate is a number."""

    @property
    @abc.abstractmethod
    def loss_scale(self) -> float | None:
        """What the gradients are divided by; the loss is to be multiplied by it."""

    @property
    @abc.abstractmethod
    def keeps_average(self) -> bool:
        """Whether `finalize_variable_values` replaces parameters by an average."""

    @abc.abstractmethod
    def finalize_variable_values(self) -> None:
        """Replace the parameters by their moving average, where one is kept."""

    @property
    @abc.abstractmethod
    def state(self) -> dict[str, list[Array]]:
        """The state arrays by name, one a parameter: views that `apply` writes to."""

    @abc.abstractmethod
    def save_state(self) -> dict[str, Any]:
        """Return a copy of everything that the next step depends on."""

    @abc.abstractmethod
    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned; the optimizer must be built.

        Raises
        ------
        InputError
            If it is not built, or something is missing or does not fit; nothing has
            changed then.
        """

    @abc.abstractmethod
    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""

    @classmethod
    @abc.abstractmethod
    def config_names(cls) -> tuple[str, ...]:
        """Return the names that a configuration may hold."""

    @classmethod
    @abc.abstractmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build an optimizer from `get_config()`, this one's or tf.keras's."""

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write class, configuration and state to one .npz file.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        from optlab import archive

        return archive.write(path, {**serialized(self), "state": self.save_state()})

    @staticmethod
    def load(path: str | os.PathLike[str], params: Any) -> Optimizer:
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
            If the file is missing or none of ours, or the state does not fit the
            parameters.
        """
        from optlab import archive

        document = archive.read(path)
        if not {"class_name", "config", "state"} <= set(document):
            raise InputError(f"{path} holds no optimizer.")
        optimizer: Optimizer = made(document)
        optimizer.build(params)
        optimizer.load_state(document["state"])
        return optimizer

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        note = (type(self).__doc__ or "").partition("\n")[0]
        return arguments_html(type(self).__name__, self.get_config(), note)

    def plot(self, title: str | None = None) -> Any:
        """Draw a step response: see `optlab.plots.plot_optimizer`."""
        return drawn("plot_optimizer", self, title)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r})"


def serialized(optimizer: Optimizer) -> dict[str, Any]:
    """Return class and configuration, as tf.keras writes them."""
    return {
        "class_name": type(optimizer).__name__,
        "config": optimizer.get_config(),
    }
