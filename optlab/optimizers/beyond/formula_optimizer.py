"""The base of optimizers that are their formula: a rule, and numbers by their names."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ClassVar

from optlab.optimizers.hyperparameters import float32_rounded
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule

#: How the coefficients say that they take 1 - beta, which rounds less than beta.
REST = "one_minus_"


@functools.cache
def numbers_of(coefficients: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names that coefficients take after one, step and rate."""
    return tuple(inspect.signature(coefficients).parameters)[3:]


class FormulaOptimizer(RuleOptimizer):
    """An optimizer whose coefficients take its hyperparameters by their names.

    A number ``one_minus_beta_1`` of the coefficients is 1 minus the hyperparameter
    `beta_1`, worked out in float64. A subclass says its `formula`.
    """

    formula: ClassVar[Rule]

    @property
    def rule(self) -> Rule:
        """The one rule; a subclass with several chooses."""
        return self.formula

    def hyper(self) -> tuple[float, ...]:
        """Return the hyperparameters that the coefficients name."""
        return tuple(self._number(name) for name in numbers_of(self.rule.coefficients))

    def own_decay(self, k: int) -> float:
        """Return the weight decay of a parameter, for a rule that applies it itself."""
        decay = float32_rounded(self.options.weight_decay or 0.0)
        return decay if self.may_decay(k) else 0.0

    def _number(self, name: str) -> float:
        if name.startswith(REST):
            return 1.0 - float(getattr(self, name.removeprefix(REST)))
        return float(getattr(self, name))
