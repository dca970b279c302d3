"""Adafactor as timm has it; the rule: `optlab.kernels.rules.timm_adafactor`."""

from __future__ import annotations

from optlab.kernels.rules import timm_adafactor
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Flag, Integer, Number
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.update_rule import Rule
from optlab.parameters import Parameters


class TimmAdafactor(FormulaOptimizer):
    r"""Adafactor as timm has it.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate; with `relative_step` the most that it is.
    beta_2_decay : float
        The power by which the weight of a new square falls, at most 0.
    beta_1 : float or None
        The decay of a mean of updates, in [0, 1); None: no mean.
    epsilon_1 : float
        Added to the squares.
    epsilon_2 : float
        The least root mean square of a parameter that scales its step.
    clip_threshold : float
        The root mean square from which an update is scaled down.
    relative_step : bool
        Whether the rate falls, and is scaled by the parameter; timm's ``lr=None``.
    min_dim_size_to_factor : int
        The last two axes must both be longer to be factored.
    **options
        See `Options`. A weight decay counts the rate alone.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Shazeer, Stern, Adafactor, 2018.
    """

    default_rate = 0.01
    beta_2_decay = Number(-0.8, "(-inf, 0]")
    beta_1 = Number(None, "[0, 1)", optional=True)
    epsilon_1 = Number(1e-30, "[0, inf)")
    epsilon_2 = Number(1e-3, "[0, inf)")
    clip_threshold = Number(1.0, "(0, inf)")
    relative_step = Flag(True)
    min_dim_size_to_factor = Integer(16, 0, 2**31 - 1)
    formula = Rule(
        timm_adafactor.timm_adafactor,
        timm_adafactor.timm_adafactor_coefficients,
        timm_adafactor.SLOTS,
        elementwise=False,
    )

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        return (
            self.beta_2_decay,
            1.0 - (self.beta_1 or 0.0),
            self.epsilon_1,
            self.epsilon_2,
            self.clip_threshold,
            float(self.relative_step),
        )

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Keep rows and columns where both are long, else all; a mean if asked."""
        none = (0,)
        shapes: dict[str, list[tuple[int, ...]]] = {n: [] for n in self.rule.slots}
        for shape in params.shapes:
            least = self.min_dim_size_to_factor
            factored = len(shape) >= 2 and min(shape[-2:]) > least
            shapes["momentum"].append(none if self.beta_1 is None else shape)
            shapes["r"].append(shape[:-1] if factored else none)
            shapes["c"].append((*shape[:-2], shape[-1]) if factored else none)
            shapes["velocity"].append(none if factored else shape)
        return {
            name: Parameters(each, params.dtype, params.names)
            for name, each in shapes.items()
        }
