r"""Hessian products by central differences of the gradient, for any model of ours.

.. math:: H v \approx \frac{g(w + h v) - g(w - h v)}{2 h}

on a float64 copy of the model. The steps are :math:`\epsilon^{1/3}` of the size of the
point, which leaves about ten digits of a smooth loss. Across the kink of a relu there
is a difference where the exact product sees none.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from optlab.kernels.floating_point import flush_subnormals
from optlab.model import Sequential
from optlab.training.objective import Objective
from optlab.typing import Array

#: The cube root of the spacing of float64 at 1.
_STEP = float(np.finfo(np.float64).eps ** (1 / 3))
#: What layers keep of how much they drop, and how much noise they add.
_RANDOM = ("rate", "stddev", "spread", "dropout", "recurrent_dropout")


class Differences:
    """A model and its loss at one point; see `optlab.instruments.chain.Chain`.

    Dropout and noise are off; a batch normalization takes the batch's statistics, as
    in training.

    Parameters
    ----------
    objective : Objective
        Any.

    Attributes
    ----------
    exact : bool
        False.
    """

    exact = False
    dtype = np.dtype("float64")

    def __init__(self, objective: Any) -> None:
        self._source = objective.model
        layers = [layer.clone() for layer in self._source.layers]
        for part in itertools.chain.from_iterable(each.parts() for each in layers):
            for name in _RANDOM:
                if hasattr(part, name):
                    setattr(part, name, 0.0)
        model = Sequential(layers, self._source.input_shape, "float64", seed=0)
        self.objective = Objective(model, objective.loss, not objective.uses_logits)
        self.parameters, self.gradients = model.parameters, model.gradients.copy()
        self._point = self.parameters.flat.copy()

    def at(self, point: Array, x: Array, y: Array, weights: Array | None) -> float:
        """Go to a point; return the loss there, penalties included."""
        self.rows, self._batch = len(x), (x, y, weights)
        model, source = self.objective.model, self._source
        self._still = [
            (place, np.array(now, np.float64))
            for (_, place), (_, now) in zip(
                model.non_trainable, source.non_trainable, strict=True
            )
        ]
        self._point[...] = point
        value = self._evaluate(self._point)
        self.gradients.flat[...] = model.gradients.flat
        return value

    def _evaluate(self, point: Array) -> float:
        """Fill the copy's gradients at a point; return the loss."""
        x, y, weights = self._batch
        model = self.objective.model
        for place, values in self._still:
            place[...] = values
        self.parameters.flat[...] = point
        with flush_subnormals(), np.errstate(all="ignore"):
            output = model.forward(x, True)
            scores = self.objective.scores(output)
            grad = np.empty_like(scores)
            value: float = self.objective.into(y, scores, weights, grad)
            value += model.penalty()
            model.backward(grad, self.objective.uses_logits)
        return value

    def product(self, directions: Array) -> Array:
        """Return the Hessian's products with directions, shape (vectors, size)."""
        found = np.empty(directions.shape)
        scale = _STEP * (1 + float(np.linalg.norm(self._point)))
        for direction, out in zip(directions, found, strict=True):
            length = float(np.linalg.norm(direction))
            if length == 0:
                out[...] = 0
                continue
            step = scale / length
            self._evaluate(self._point + step * direction)
            out[...] = self.objective.model.gradients.flat
            self._evaluate(self._point - step * direction)
            out -= self.objective.model.gradients.flat
            out /= 2 * step
        self.parameters.flat[...] = self._point
        return found
