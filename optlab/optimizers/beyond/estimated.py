"""Optimizers that estimate their rate; the rules: `optlab.kernels.rules`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from optlab.kernels.rules import dog
from optlab.kernels.rules.bias import correction
from optlab.kernels.sums import sum_of_squares_eigen
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Number
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.state import state_number
from optlab.optimizers.update_rule import Rule
from optlab.parameters import Parameters
from optlab.typing import Array


class RateEstimator(FormulaOptimizer):
    """Base of optimizers whose rate depends on all parameters together.

    Their coefficients are given the rate that `estimate` returns. The estimate is
    float64, whatever the parameters. The state has, besides the slots of the rule, the
    parameters at the start.
    """

    #: The numbers that an estimate goes on with, and what they begin with: a number, or
    #: the name of a hyperparameter.
    kept: ClassVar[Mapping[str, float | str]] = {}

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Keep the parameters as they begin; and begin the numbers."""
        self._kept = {
            name: float(getattr(self, at) if isinstance(at, str) else at)
            for name, at in self.kept.items()
        }
        found = super().initial_state(params)
        found["start"] = Parameters(params.shapes, params.dtype, params.names)
        for place, param in zip(found["start"].arrays, params.arrays, strict=True):
            place[...] = param
        return found

    def flat(self, name: str) -> list[Array]:
        """Return the state arrays of a name, flat."""
        return [array.reshape(-1) for array in self.state[name]]

    def save_state(self) -> dict[str, Any]:
        """Return the state with the numbers; see `Optimizer.save_state`."""
        kept = self._kept.items() if self.built else ()
        numbers = {name: np.float64(value) for name, value in kept}
        return {**super().save_state(), **numbers}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back the state; see `Optimizer.load_state`."""
        kept = {name: state_number(state, name, Number(0.0)) for name in self.kept}
        super().load_state(state)
        self._kept = kept


class DoG(RateEstimator):
    r"""SGD whose rate is the distance gone, over the root of all squared gradients.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        A factor of the estimate; 1.
    reps_rel : float
        The first step's length, as a part of 1 plus the norm of the parameters.
    epsilon : float
        What the sum of squares begins with.
    **options
        See `Options`. A weight decay counts the estimated rate.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Ivgi, Hinder, Carmon, DoG is SGD's best friend, 2023.
    """

    default_rate = 1.0
    reps_rel = Number(1e-6, "(0, inf)")
    epsilon = Number(1e-8, "[0, inf)")
    formula = Rule(dog.dog, dog.dog_coefficients, dog.SLOTS)
    kept: ClassVar[Mapping[str, float | str]] = {"distance": 0.0, "squares": "epsilon"}

    def estimate(
        self, params: list[Any], grads: list[Any], rate: float, step: int
    ) -> tuple[float, ...]:
        """Return the rate."""
        kept, starts = self._kept, self.flat("start")
        gone = map(dog.squared_distance, params, starts)
        kept["distance"] = max(kept["distance"], math.sqrt(sum(gone)))
        if step == 1:
            kept["distance"] = self.reps_rel * (1.0 + math.sqrt(squares(starts)))
        kept["squares"] += squares(grads)
        if kept["squares"] == 0:
            return (0.0,)
        return (rate * kept["distance"] / math.sqrt(kept["squares"]),)


def squares(arrays: list[Any]) -> float:
    """Return the sum of squares of all tensors."""
    return sum(float(sum_of_squares_eigen(x)) for x in arrays if x is not None)


def bias(optimizer: Any, step: int) -> float:
    """Return the factor of Adam's bias corrections; 1 where they are not wanted."""
    if not optimizer.use_bias_correction:
        return 1.0
    root = math.sqrt(correction(1.0 - optimizer.beta_2, step))
    return root / float(correction(1.0 - optimizer.beta_1, step))


def grown(distance: float, estimate: float, growth: float | None) -> float:
    """Return a distance that follows an estimate up, within its bound, never down."""
    return max(distance, min(estimate, bounded(distance, growth)))


def bounded(distance: float, growth: float | None) -> float:
    """Return the most that a distance may grow to in a step."""
    return math.inf if growth is None else distance * growth
