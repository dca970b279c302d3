"""Mean squares kept as a row and a column: Adafactor and its relatives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optlab.kernels.rules import came, torch_adafactor
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Number
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.update_rule import Rule, Share
from optlab.parameters import Parameters


class TorchAdafactor(FormulaOptimizer):
    r"""Adafactor as torch has it.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_2_decay : float
        The power by which the weight of a new square falls, at most 0.
    epsilon_1 : float or None
        The least mean of squares; None: that of the dtype.
    epsilon_2 : float
        The least root mean square of a parameter that scales its step.
    clip_threshold : float
        The root mean square from which an update is scaled down.
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

    default_rate = 0.01
    beta_2_decay = Number(-0.8, "(-inf, 0]")
    epsilon_1 = Number(None, "[0, inf)", optional=True)
    epsilon_2 = Number(1e-3, "[0, inf)")
    clip_threshold = Number(1.0, "[1, inf)")
    formula = Rule(
        torch_adafactor.torch_adafactor,
        torch_adafactor.torch_adafactor_coefficients,
        torch_adafactor.SLOTS,
        elementwise=False,
    )

    def shares(self, params: ParameterSet) -> list[Share]:
        """Take the dtype's epsilon where there is none."""
        numbers = list(self.hyper())
        if self.epsilon_1 is None:
            numbers[1] = float(np.finfo(params.dtype).eps)
        share = Share(self.rule, tuple(numbers), self.options.weight_decay)
        return [share] * len(params)

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        least = self.epsilon_1 or 0.0
        return self.beta_2_decay, least, self.epsilon_2, self.clip_threshold

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Keep a row and a column for a matrix, a whole mean square for a vector."""
        return factored_state(params, ("r",), ("c",), self.rule.slots)


class CAME(FormulaOptimizer):
    r"""Adafactor with a mean, trusted as far as updates agree with it.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2, beta_3 : float
        The decay of the mean, of the squares and of the disagreement, in [0, 1).
    epsilon_1, epsilon_2 : float
        Added to the squares and to the squared disagreement.
    clip_threshold : float
        The root mean square from which an update is scaled down.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Luo et al., CAME: confidence-guided adaptive memory efficient optimization, 2023.
    """

    default_rate = 0.0002
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    beta_3 = Number(0.9999, "[0, 1)")
    epsilon_1 = Number(1e-30, "[0, inf)")
    epsilon_2 = Number(1e-16, "[0, inf)")
    clip_threshold = Number(1.0, "(0, inf)")
    formula = Rule(came.came, came.came_coefficients, came.SLOTS, elementwise=False)

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Keep rows and columns for a matrix, a whole mean square for a vector."""
        rows, columns = ("r", "instability_r"), ("c", "instability_c")
        return factored_state(params, rows, columns, self.rule.slots)


def factored_state(
    params: ParameterSet,
    rows: Sequence[str],
    columns: Sequence[str],
    slots: Sequence[str],
) -> dict[str, Parameters]:
    """Return slots that are rows or columns of a matrix, or whole.

    A velocity is kept for what is no matrix alone.
    """
    found = {}
    for name in slots:
        shapes: list[tuple[int, ...]] = []
        for shape in params.shapes:
            matrix = len(shape) >= 2
            if name in rows:
                shapes.append(shape[:-1] if matrix else (0,))
            elif name in columns:
                shapes.append((*shape[:-2], shape[-1]) if matrix else (0,))
            else:
                shapes.append((0,) if matrix and name == "velocity" else shape)
        found[name] = Parameters(shapes, params.dtype, params.names)
    return found
