"""SAM and ASAM: wrappers that take the gradient where the loss is worst nearby."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.kernels.floating_point import flush_subnormals
from optlab.kernels.sums import sum_of_squares_eigen
from optlab.optimizers.hyperparameters import Number
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.parameter_set import ParameterSet, Tensors
from optlab.optimizers.wrapper import Wrapper
from optlab.typing import Array

#: Added to norms, as in the programs that are in use; the paper has nothing.
TINY = 1e-12


class SAM(Wrapper):
    r"""Step by the gradient at the worst place of a ball around the parameters.

    .. math::
        e = \rho \frac{g}{\lVert g \rVert}, \qquad
        w \leftarrow \text{a step of the inner optimizer from } w
        \text{ by } \nabla f(w + e)

    where the norm is of all parameters together. A step looks twice: `fit` and
    `minimize` do that; a loop of your own says how by `value_and_grad`.

    Parameters
    ----------
    inner_optimizer : Optimizer
        What makes the steps. Base options belong to it.
    rho : float
        The radius of the ball, at least 0.
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
    Foret, Kleiner, Mobahi, Neyshabur, Sharpness-aware minimization for efficiently
    improving generalization, 2021, algorithm 1.
    """

    rho = Number(0.05, "[0, inf)")
    default_name = "sam"

    def __init__(
        self, inner_optimizer: Optimizer, rho: float = 0.05, name: str | None = None
    ) -> None:
        super().__init__(inner_optimizer, name, rho=rho)
        self._arrays: list[Array] | None = None

    @property
    def looks_again(self) -> bool:
        """Yes."""
        return True

    @property
    def built(self) -> bool:
        """Whether the parameters are known."""
        return self._arrays is not None

    def build(self, params: Tensors) -> None:
        """Build the inner optimizer, and keep what is moved."""
        self.inner_optimizer.build(params)
        self._arrays = ParameterSet(params).arrays

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Move away, look again, come back and step; see `Optimizer.apply`.

        Raises
        ------
        InputError
            If `value_and_grad` is not set; or as `Optimizer.apply` does.
        """
        if params is not None:
            self.build(params)
        first = self.checked_gradients(grads)
        arrays = self._arrays or []
        before = [array.copy() for array in arrays]
        try:
            self._move(arrays, first)
            _, second = self.looked_again()
        finally:
            for array, value in zip(arrays, before, strict=True):
                array[...] = value
        second = self.checked_gradients(second)
        scale = self.loss_scale
        if scale is not None:
            second = [g if g is None else g * g.dtype.type(scale) for g in second]
        self.inner_optimizer.apply(second)

    def _move(self, arrays: list[Array], grads: list[Any]) -> None:
        """Add the perturbation to the parameters."""
        pairs = [
            (array, grad)
            for array, grad in zip(arrays, grads, strict=True)
            if grad is not None
        ]
        with flush_subnormals(), np.errstate(all="ignore"):
            slopes = [self._sized(array, grad) for array, grad in pairs]
            norm = math.sqrt(sum(float(sum_of_squares_eigen(s)) for s in slopes))
            length = self.rho / (norm + TINY)
            for (array, _), slope in zip(pairs, slopes, strict=True):
                array += self._sized(array, slope) * array.dtype.type(length)

    def _sized(self, param: Array, slope: Array) -> Array:
        """Return a slope in units of the size of its parameters."""
        return slope


class ASAM(SAM):
    r"""SAM in a ball that is as wide in every direction as the parameter is large.

    .. math::
        T = |w| + \eta, \qquad
        e = \rho \frac{T^2 g}{\lVert T g \rVert}, \qquad
        w \leftarrow \text{a step of the inner optimizer from } w
        \text{ by } \nabla f(w + e)

    element by element. The authors' program leaves biases without T.

    Parameters
    ----------
    inner_optimizer : Optimizer
        What makes the steps. Base options belong to it.
    rho : float
        The radius of the ball, at least 0.
    eta : float
        The least size of a parameter.
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
    Kwon, Kim, Park, Choi, ASAM: adaptive sharpness-aware minimization for
    scale-invariant learning of deep neural networks, 2021, algorithm 1.
    """

    rho = Number(0.5, "[0, inf)")
    eta = Number(0.01, "[0, inf)")
    default_name = "asam"

    def __init__(
        self,
        inner_optimizer: Optimizer,
        rho: float = 0.5,
        eta: float = 0.01,
        name: str | None = None,
    ) -> None:
        Wrapper.__init__(self, inner_optimizer, name, rho=rho, eta=eta)
        self._arrays = None

    def _sized(self, param: Array, slope: Array) -> Array:
        sized: Array = slope * (np.abs(param) + param.dtype.type(self.eta))
        return sized
