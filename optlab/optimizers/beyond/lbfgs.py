"""L-BFGS; direction and search: `optlab.kernels.rules.lbfgs`, `kernels.line_search`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from optlab.errors import InputError
from optlab.kernels.floating_point import flush_subnormals
from optlab.kernels.line_search import Trial, strong_wolfe
from optlab.kernels.rules.lbfgs import inner
from optlab.kernels.sums import max_abs, sum_eigen
from optlab.optimizers.beyond.curvatures import Curvatures
from optlab.optimizers.beyond.flat_point import FlatPoint
from optlab.optimizers.hyperparameters import Integer, Number, bound, declared
from optlab.optimizers.learning_rate import checked_rate, rate_of
from optlab.optimizers.optimizer import NOT_BUILT
from optlab.optimizers.options import OPTIONS
from optlab.optimizers.parameter_set import ParameterSet, Tensors
from optlab.optimizers.rated_optimizer import RatedOptimizer
from optlab.optimizers.state import state_calls, state_number
from optlab.typing import Array


class LBFGS(RatedOptimizer):
    r"""Newton's direction from the last steps, and as far as a line search goes.

    A step looks several times at value and gradient; in a loop of your own by
    `value_and_grad`. `fit` gives it one batch a step; it is made for all data at once.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The length that is tried first; at the start divided by a large gradient's sum.
    history_size : int
        The pairs of steps and changes that are kept.
    max_evaluations : int
        How often a step may look.
    tolerance_grad : float
        The largest gradient that counts as none.
    tolerance_change : float
        The change of the parameters below which the search ends.
    name : str, optional
        A name for messages.

    Raises
    ------
    InputError
        If a number is out of range.

    References
    ----------
    Liu, Nocedal, On the limited memory BFGS method for large scale optimization, 1989.
    """

    history_size = Integer(10, 1, 10_000)
    max_evaluations = Integer(25, 1, 10_000)
    tolerance_grad = Number(1e-7, "[0, inf)")
    tolerance_change = Number(1e-9, "[0, inf)")

    def __init__(
        self,
        learning_rate: Any = 1.0,
        history_size: int = 10,
        max_evaluations: int = 25,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        name: str | None = None,
    ) -> None:
        given = history_size, max_evaluations, tolerance_grad, tolerance_change
        for (key, each), value in zip(declared(type(self)).items(), given, strict=True):
            vars(self)[key] = each.checked(value)
        self.name = OPTIONS["name"].checked(name) or "lbfgs"
        self._rate = checked_rate(learning_rate)
        self._calls = 0
        self._params: ParameterSet | None = None

    @property
    def looks_again(self) -> bool:
        """Yes."""
        return True

    @property
    def built(self) -> bool:
        """Whether there is a place for the pairs."""
        return self._params is not None

    def build(self, params: Tensors) -> None:
        """Make a place for the pairs; see `Optimizer.build`."""
        if self._params is not None:
            self._params.check_same(params, self.name)
            return
        found = self._params = ParameterSet(params)
        self._point = FlatPoint(found)
        self._memory = Curvatures(self.history_size, self._point.layout)

    def checked_gradients(self, grads: Any) -> list[Any]:
        """Return gradients as a list; see `Optimizer.checked_gradients`."""
        if self._params is None:
            raise InputError(NOT_BUILT)
        return self._params.gradients(grads)

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Search along Newton's direction; see `Optimizer.apply`."""
        if params is not None:
            self.build(params)
        self.checked_gradients(grads)
        with flush_subnormals(), np.errstate(all="ignore"):
            value, grad = self._look()
            if max_abs(grad) > self.tolerance_grad and math.isfinite(value):
                self._step(value, grad)
        self._calls += 1

    def _look(self) -> tuple[float, Array]:
        """Return the value, and a copy of the gradient in one piece."""
        value, grads = self.looked_again()
        return float(value), self._point.gathered(self.checked_gradients(grads))

    def _step(self, value: float, grad: Array) -> None:
        """Remember the last step, and make another."""
        memory, first = self._memory, rate_of(self._rate, self._calls)
        if memory.begins:
            first *= min(1.0, 1.0 / float(sum_eigen(np.abs(grad))))
        way = memory.direction(grad)
        start = Trial(0.0, value, float(inner(grad, way)))
        if not start.slope < -self.tolerance_change or first == 0:
            return
        here = self._point.read()
        length = grad.dtype.type

        def evaluate(t: float) -> Trial:
            self._point.write(here + length(t) * way)
            found, slope = self._look()
            return Trial(t, found, float(inner(slope, way)))

        narrowest = self.tolerance_change / float(max_abs(way))
        t, most = 0.0, self.max_evaluations
        try:
            t = strong_wolfe(evaluate, start, first, most, narrowest).t
        finally:
            self._point.write(here + length(t) * way)
        memory.step.flat[:] = length(t) * way

    @property
    def iterations(self) -> int:
        """The steps so far."""
        return self._calls

    @property
    def loss_scale(self) -> None:
        """None: the search needs the loss as it is."""
        return None

    @property
    def keeps_average(self) -> bool:
        """No."""
        return False

    def finalize_variable_values(self) -> None:
        """Do nothing: no average is kept."""

    @property
    def state(self) -> dict[str, list[Array]]:
        """The last gradient and the last step."""
        return self._memory.state if self.built else {}

    def save_state(self) -> dict[str, Any]:
        """Return a copy of everything that the next step depends on."""
        rate = None if callable(self._rate) else self._rate
        kept = self._memory.saved() if self.built else {}
        return {"calls": self._calls, "learning_rate": rate, **kept}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned; see `Optimizer.load_state`."""
        if self._params is None:
            raise InputError(NOT_BUILT)
        calls = state_calls(state)
        rate = state_number(state, "learning_rate", Number(None, optional=True))
        self._memory.load(state)
        self._calls = calls
        self._rate = self._rate if rate is None or callable(self._rate) else rate

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        rate = self._rate_config()
        numbers = {key: getattr(self, key) for key in declared(type(self))}
        return {"name": self.name, "learning_rate": rate, **numbers}

    @classmethod
    def config_names(cls) -> tuple[str, ...]:
        """Return the names that a configuration may hold."""
        return ("learning_rate", *declared(cls), "name")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build from `get_config()`."""
        return cls(**bound(cls.__name__, cls.config_names(), (), (), config))
