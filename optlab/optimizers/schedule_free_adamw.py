"""Schedule-free AdamW; the rule: `optlab.kernels.rules.schedule_free`."""

from __future__ import annotations

from optlab.kernels.rules import schedule_free
from optlab.optimizers.hyperparameters import Integer, Number, float32_rounded
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule
from optlab.parameters import Parameters


class ScheduleFreeAdamW(RuleOptimizer):
    r"""Adam whose average of iterates does the work of a schedule.

    The published formula. tf.keras on TensorFlow computes something else (see the
    rule's module); `optlab.validation` can reproduce it, this class does not.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate; keep it constant.
    beta_1 : float
        The place of the parameter between z (0) and the average x (1), in (0, 1].
    beta_2 : float
        The decay of the mean square, in [0, 1).
    epsilon : float
        Added to the root of the corrected mean square.
    warmup_steps : int
        Steps over which the rate rises linearly.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Defazio et al., The road less scheduled, 2024.
    """

    default_rate = 0.0025
    beta_1 = Number(0.9, "(0, 1]")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    warmup_steps = Integer(0, 0, 2**31 - 1)

    @property
    def rule(self) -> Rule:
        """The published formula."""
        return Rule(
            schedule_free.schedule_free,
            schedule_free.schedule_free_coefficients,
            schedule_free.SLOTS,
        )

    def hyper(self) -> tuple[float, ...]:
        """Return the betas, epsilon and the steps of warm-up."""
        return (
            float32_rounded(self.beta_1),
            float32_rounded(self.beta_2),
            float32_rounded(self.epsilon),
            float(self.warmup_steps),
        )

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Begin z at the parameters."""
        found = super().initial_state(params)
        for z, param in zip(found["momentum"].arrays, params.arrays, strict=True):
            z[...] = param
        return found
