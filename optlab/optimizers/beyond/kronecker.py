"""Optimizers with a matrix for every axis: Shampoo, SOAP, PSGD Kron."""

from __future__ import annotations

import numpy as np

from optlab.kernels.rules import factors, kron, shampoo, soap
from optlab.kernels.rules.factors import Shapes
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Integer, Number
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.update_rule import Rule
from optlab.parameters import Parameters

_MOST = 2**24  # a float32 holds every whole number up to it


class Shampoo(FormulaOptimizer):
    r"""Steps between the inverse roots of sums of the gradient's products, by axis.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    epsilon : float
        What the sums begin with, times the identity, above 0.
    update_period : int
        The steps from one time that roots are taken to the next.
    max_size : int
        The longest axis that has a matrix.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Gupta, Koren, Singer, Shampoo, 2018.
    """

    default_rate = 0.1
    epsilon = Number(1e-4, "(0, inf)")
    update_period = Integer(1, 1, _MOST)
    max_size = Integer(8192, 0, _MOST)
    formula = Rule(
        shampoo.shampoo,
        shampoo.shampoo_coefficients,
        shampoo.SLOTS,
        elementwise=False,
        multiplies=True,
    )

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Begin the sums at epsilon; the roots are taken in the first step."""
        shapes = [factors.matrices(shape, self.max_size) for shape in params.shapes]
        return {
            "statistics": packed_slot(params, shapes, self.epsilon),
            "roots": packed_slot(params, shapes, 0.0),
        }


class SOAP(FormulaOptimizer):
    r"""Adam in the eigenvectors of running means of the gradient's products, by axis.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean, and of the mean square and the products, in [0, 1).
    weight_decay : float or None
        The decoupled decay.
    epsilon : float
        Added to the root.
    precondition_frequency : int
        The steps from one time that the eigenvectors are brought up to the next.
    max_size : int
        The longest axis that is turned.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Vyas et al., SOAP, 2024.
    """

    default_rate = 0.003
    beta_1 = Number(0.95, "[0, 1)")
    beta_2 = Number(0.95, "[0, 1)")
    weight_decay = Number(0.01, optional=True)
    epsilon = Number(1e-8, "[0, inf)")
    precondition_frequency = Integer(10, 1, _MOST)
    max_size = Integer(10000, 0, _MOST)
    formula = Rule(
        soap.soap,
        soap.soap_coefficients,
        soap.SLOTS,
        elementwise=False,
        multiplies=True,
    )

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Make a place for products and eigenvectors; the first step fills it."""
        shapes = [soap.soap_shapes(shape, self.max_size) for shape in params.shapes]
        found = {
            name: Parameters(params.shapes, params.dtype, params.names)
            for name in ("momentum", "velocity")
        }
        for name in ("statistics", "eigenvectors"):
            found[name] = packed_slot(params, shapes, 0.0)
        return found


class Kron(FormulaOptimizer):
    r"""PSGD: a mean gradient, whitened by a triangle for every axis.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    momentum : float
        The decay of the mean, in [0, 1).
    preconditioner_rate : float
        The rate of the triangles, in (0, 1].
    max_size : int
        The longest axis that has a triangle; longer ones have a diagonal.
    seed : int
        Of the vectors by which the triangles are fitted.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Li, Preconditioned stochastic gradient descent, 2018.
    """

    default_rate = 0.001
    momentum = Number(0.9, "[0, 1)")
    preconditioner_rate = Number(0.1, "(0, 1]")
    max_size = Integer(8192, 0, _MOST)
    seed = Integer(0, 0, _MOST)
    formula = Rule(
        kron.kron,
        kron.kron_coefficients,
        kron.SLOTS,
        elementwise=False,
        multiplies=True,
    )

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Begin the triangles at the identity."""
        shapes = [kron.kron_shapes(shape, self.max_size) for shape in params.shapes]
        ones = [(1,)] * len(params)
        return {
            "momentum": Parameters(params.shapes, params.dtype, params.names),
            "factors": packed_slot(params, shapes, 1.0),
            "waited": Parameters(ones, params.dtype, params.names),
        }


def packed_slot(params: ParameterSet, shapes: list[Shapes], scale: float) -> Parameters:
    """Return a slot of packed factors, each `scale` times the identity."""
    sizes = [(factors.packed_size(each),) for each in shapes]
    found = Parameters(sizes, params.dtype, params.names)
    for place, each in zip(found.arrays, shapes, strict=True):
        place[...] = factors.identities(each, scale, np.float64)
    return found
