"""Adafactor; the rule: `optlab.kernels.rules.adafactor`."""

from __future__ import annotations

from optlab.kernels.rules import adafactor
from optlab.optimizers.hyperparameters import Flag, Number, float32_rounded
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule
from optlab.parameters import Parameters


class Adafactor(RuleOptimizer):
    r"""A mean square kept as one row and one column of a matrix.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_2_decay : float
        The power of the step in the decay of the mean square.
    epsilon_1 : float
        Added to the squared gradient.
    epsilon_2 : float
        The least scale of a parameter.
    clip_threshold : float
        The largest root mean square of the update.
    relative_step : bool
        Whether the rate falls as the root of the step.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Shazeer, Stern, Adafactor, 2018.
    """

    default_rate = 0.001
    beta_2_decay = Number(-0.8)
    epsilon_1 = Number(1e-30, "[0, inf)")
    epsilon_2 = Number(1e-3, "[0, inf)")
    clip_threshold = Number(1.0, "(0, inf)")
    relative_step = Flag(True)

    @property
    def rule(self) -> Rule:
        """Adafactor, which needs the means of whole tensors."""
        return Rule(
            adafactor.adafactor,
            adafactor.adafactor_coefficients,
            adafactor.SLOTS,
            elementwise=False,
        )

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        return (
            self.beta_2_decay,
            self.epsilon_1,
            float32_rounded(self.epsilon_2),
            self.clip_threshold,
            float(self.relative_step and self.schedule is None),
        )

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Keep a row and a column for a matrix, a whole mean square for a vector."""
        factored = [shape if len(shape) >= 2 else None for shape in params.shapes]
        shapes = {
            "r": [() if s is None else s[:-1] for s in factored],
            "c": [() if s is None else (*s[:-2], s[-1]) for s in factored],
            "velocity": params.shapes,
        }
        return {
            name: Parameters(found, params.dtype, params.names)
            for name, found in shapes.items()
        }
