"""SWA: a wrapper that ends with the mean of the weights from a step on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optlab.errors import InputError
from optlab.kernels.floating_point import flush_subnormals
from optlab.optimizers.beyond.second_weights import SecondWeights
from optlab.optimizers.hyperparameters import Integer
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.parameter_set import Tensors
from optlab.optimizers.state import state_number

_MOST = 2**31 - 1


class SWA(SecondWeights):
    r"""Let another optimizer run, and end with the mean of where it has been.

    .. math::
        \bar w \leftarrow \bar w + \frac{w - \bar w}{n + 1}, \quad n \leftarrow n + 1
        \qquad \text{after every } c \text{ updates from a step on}

    `fit` writes the mean over the weights at the end, and so does
    `finalize_variable_values`. Running means of a batch normalization stay those of the
    last weights; the authors measure them again, with one more pass over the data.

    Parameters
    ----------
    inner_optimizer : Optimizer
        What makes the steps; a constant or cyclic rate is its own. It may keep no
        average itself.
    start_averaging : int
        The updates that do not count, at least 0.
    average_period : int
        The updates c from one that counts to the next, at least 1.
    name : str, optional
        A name for messages.

    Raises
    ------
    InputTypeError
        If `inner_optimizer` is no optimizer.
    InputError
        If a number is out of range, or the inner optimizer keeps an average.

    References
    ----------
    Izmailov et al., Averaging weights leads to wider optima and better generalization,
    2018, algorithm 1.
    """

    start_averaging = Integer(0, 0, _MOST)
    average_period = Integer(10, 1, _MOST)
    default_name = "swa"
    slot = "swa_average"

    def __init__(
        self,
        inner_optimizer: Optimizer,
        start_averaging: int = 0,
        average_period: int = 10,
        name: str | None = None,
    ) -> None:
        super().__init__(
            inner_optimizer,
            name,
            start_averaging=start_averaging,
            average_period=average_period,
        )
        if inner_optimizer.keeps_average:
            raise InputError(
                "`inner_optimizer` must keep no average of its own, for SWA ends with "
                f"its mean. Received: {inner_optimizer!r} with an average"
            )
        self._count = 0

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Step, and every so often count the weights; see `Optimizer.apply`."""
        done = self._step(grads, params)
        counting = done - self.start_averaging
        if done == 0 or counting <= 0 or counting % self.average_period:
            return
        self._count += 1
        with flush_subnormals():
            for mean, param in self._pairs():
                mean += (param - mean) / mean.dtype.type(self._count)

    @property
    def keeps_average(self) -> bool:
        """Yes."""
        return True

    def finalize_variable_values(self) -> None:
        """Replace the parameters by the mean, where any counted."""
        if self._count:
            for mean, param in self._pairs():
                param[...] = mean

    def save_state(self) -> dict[str, Any]:
        """Return the inner state, the mean and how many it is of."""
        return {**super().save_state(), "swa_count": self._count}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned."""
        self._made()
        count = state_number(state, "swa_count", Integer(0, 0, _MOST))
        super().load_state({k: v for k, v in state.items() if k != "swa_count"})
        self._count = count
