"""Lookahead: a wrapper that lets fast weights run ahead and follows them slowly."""

from __future__ import annotations

from optlab.optimizers.beyond.second_weights import SecondWeights
from optlab.optimizers.hyperparameters import Integer, Number
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.parameter_set import Tensors


class Lookahead(SecondWeights):
    r"""Follow another optimizer slowly, and let it start again from there.

    .. math::
        \phi \leftarrow \phi + \alpha (w - \phi), \quad w \leftarrow \phi
        \qquad \text{after every } k \text{ steps}

    The slow weights :math:`\phi` begin at the parameters. The inner optimizer keeps its
    state, as in the authors' program and in optax.

    Parameters
    ----------
    inner_optimizer : Optimizer
        What makes the fast steps. Base options belong to it.
    sync_period : int
        The steps k from one look back to the next, at least 1.
    slow_step_size : float
        The part :math:`\alpha` of the way that the slow weights go, in [0, 1].
    name : str, optional
        A name for messages.

    Raises
    ------
    InputTypeError
        If `inner_optimizer` is no optimizer.
    InputError
        If a number is out of range.

    References
    ----------
    Zhang, Lucas, Hinton, Ba, Lookahead optimizer: k steps forward, 1 step back, 2019,
    algorithm 1.
    """

    sync_period = Integer(5, 1, 2**31 - 1)
    slow_step_size = Number(0.5, "[0, 1]")
    default_name = "lookahead"
    slot = "slow_weights"

    def __init__(
        self,
        inner_optimizer: Optimizer,
        sync_period: int = 5,
        slow_step_size: float = 0.5,
        name: str | None = None,
    ) -> None:
        super().__init__(
            inner_optimizer,
            name,
            sync_period=sync_period,
            slow_step_size=slow_step_size,
        )

    def _begin(self) -> None:
        for slow, fast in self._pairs():
            slow[...] = fast

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Step ahead, and every so often look back; see `Optimizer.apply`."""
        done = self._step(grads, params)
        if done == 0 or done % self.sync_period:
            return
        for slow, fast in self._pairs():
            slow += slow.dtype.type(self.slow_step_size) * (fast - slow)
            fast[...] = slow
