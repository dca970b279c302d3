"""A dense network and its loss at a point: value, gradient, exact Hessian products."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from optlab import layers
from optlab.instruments import losses
from optlab.instruments.nodes import Linear, Node
from optlab.instruments.nonlinear import activation_node
from optlab.instruments.products import Rooms
from optlab.kernels.blas import one_blas_thread
from optlab.kernels.floating_point import flush_subnormals
from optlab.kernels.matmul import SMALL
from optlab.parameters import Parameters
from optlab.typing import Array


class Chain:
    """The model and its loss at one point, which stays as it was when it was set.

    Parameters
    ----------
    objective : Objective
        `optlab.instruments.coverage.covers` it.
    dtype : {"float32", "float64"}
        What is computed in.

    Attributes
    ----------
    exact : bool
        True.
    parameters, gradients : Parameters
        The point and the gradient there, in the order of the model's arena.
    linear : list of Linear
        The steps with weights; `names` tells whose they are.
    """

    exact = True

    def __init__(self, objective: Any, dtype: Any) -> None:
        self.objective = objective
        model = objective.model
        self.parameters = Parameters(
            model.parameters.shapes, dtype, model.parameters.names
        )
        self.gradients = self.parameters.zeros_like()
        self.dtype = self.parameters.dtype
        self._room = Rooms()
        self._arrays: dict[int, tuple[Array, Array]] = {}
        self._penalties: list[tuple[Any, str]] = []
        self._frozen: list[tuple[Array, Callable[[], Array]]] = []
        self.nodes: list[Node] = []
        self.linear: list[tuple[str, Linear]] = []
        for layer in model.layers:
            self._add(layer, layer is model.layers[-1] and objective.uses_logits)
        #: The gradients without those of the penalties.
        self.data_gradients = self.gradients
        if self._penalties:
            self.data_gradients = self.gradients.copy()
        learning = [k for k, node in enumerate(self.nodes) if node.learns]
        self._first = learning[0] if learning else len(self.nodes)

    def _add(self, layer: Any, bare: bool) -> None:
        """Add the steps of a layer; `bare` leaves out its activation."""
        width = layer.input_shape[-1] if layer.input_shape else 1
        if isinstance(layer, layers.Dense):
            bias = self._weight(layer, "bias") if layer.use_bias else (None, None)
            kernel = self._weight(layer, "kernel")
            made = Linear(width, kernel[0], bias[0], kernel[1], bias[1])
            for name in ("kernel", "bias"):
                if f"{layer.name}/{name}" in self.parameters.names:
                    start = self._part(f"{layer.name}/{name}").start
                    setattr(made, f"at_{name}", start)
            self.nodes.append(made)
            self.linear.append((layer.name, made))
            for name in ("kernel", "bias"):
                regularizer = getattr(layer, f"{name}_regularizer")
                full = f"{layer.name}/{name}"
                if regularizer is not None and full in self.parameters.names:
                    self._penalties.append((regularizer, full))
            width = layer.units
        if bare or not isinstance(layer, (layers.Dense, layers.Activation)):
            return
        node = activation_node(width, layer.activation)
        if node is not None:
            self.nodes.append(node)

    def _weight(self, layer: Any, name: str) -> tuple[Any, Any]:
        """Return the place of a weight and of its gradient."""
        full = f"{layer.name}/{name}"
        if full in self.parameters.names:
            return self.parameters[full], self.gradients[full]
        place = np.array(getattr(layer, name), self.dtype)
        self._frozen.append((place, lambda: getattr(layer, name)))
        return place, None

    def at(self, point: Array, x: Array, y: Array, weights: Array | None) -> float:
        """Go to a point; return the loss there, penalties included.

        Parameters
        ----------
        point : ndarray, shape (size,)
            The trained weights, in the order of the model's arena; copied.
        x, y, weights
            As `fit` has prepared them, in `dtype`.
        """
        self.parameters.flat[...] = point
        for place, now in self._frozen:
            place[...] = now()
        self.rows, self._y, self._w = len(x), y, weights
        with self._mode(), flush_subnormals(), np.errstate(all="ignore"):
            for node in self.nodes:
                x = node.forward(x.reshape(-1, node.features))
            self._out = x = x.reshape(self.rows, -1)
            grad = self._room("grad", x.shape, self.dtype)
            value: float = self.objective.loss.into(y, x, weights, grad)
            for k in range(len(self.nodes) - 1, self._first - 1, -1):
                node = self.nodes[k]
                grad = node.backward(grad.reshape(-1, node.width), k > self._first)
            if self.data_gradients is not self.gradients:
                self.data_gradients.flat[...] = self.gradients.flat
            for regularizer, name in self._penalties:
                value += regularizer.penalty(self.parameters[name])
                regularizer.add_gradient(self.parameters[name], self.gradients[name])
        self._second: losses.Product | None = None
        return value

    def product(self, directions: Array) -> Array:
        """Return the Hessian's products with directions.

        Parameters
        ----------
        directions : ndarray, shape (vectors, size)
            Rows in the order of the arena; contiguous, of `dtype`.

        Returns
        -------
        ndarray, shape (vectors, size)
            Overwritten by the next call.
        """
        if not self._large or len(directions) == 1:
            return self._product(directions)
        # What several directions at once leave behind would not stay in the cache.
        found = self._room("found", directions.shape, self.dtype)
        for k in range(len(directions)):
            found[k] = self._product(directions[k : k + 1])[0]
        return found

    def _product(self, directions: Array) -> Array:
        """Return the products with directions that go through the network together."""
        bound, found = self._bound(len(directions))
        np.copyto(bound, directions)
        with self._mode(), flush_subnormals(), np.errstate(all="ignore"):
            if self._second is None:
                self._second = losses.product(
                    self.objective.loss, self._y, self._out, self._w
                )
            moved: Array | None = None
            for node in self.nodes[self._first :]:
                if moved is not None:
                    samples = math.prod(moved.shape[1:]) // node.features
                    moved = moved.reshape(len(moved), samples, node.features)
                moved = node.forward_along(moved)
            out: Any = moved
            grad = self._second(out.reshape(len(out), self.rows, -1))
            for k in range(len(self.nodes) - 1, self._first - 1, -1):
                node = self.nodes[k]
                grad = grad.reshape(len(grad), -1, node.width)
                grad = node.backward_along(grad, k > self._first)
            for regularizer, name in self._penalties:
                part = self._part(name)
                twice = self.dtype.type(2 * np.float32(regularizer.l2))
                found[:, part] += twice * bound[:, part]
        return found

    def _part(self, name: str) -> slice:
        k = self.parameters.names.index(name)
        start = self.parameters.offsets[k]
        return slice(start, start + self.parameters.arrays[k].size)

    @property
    def _large(self) -> bool:
        """Whether any product of matrices is more than one call of BLAS."""
        widest = max(node.kernel.size for _, node in self.linear)
        return self.rows * widest > SMALL

    def _mode(self) -> Any:
        """Hold BLAS to one thread where any product is large enough for more."""
        return one_blas_thread if self._large else nullcontext()

    def _bound(self, vectors: int) -> tuple[Array, Array]:
        """Return arrays for directions and products that the steps have views of."""
        if vectors not in self._arrays:
            if len(self._arrays) > 4:
                self._arrays.clear()
            shape = (vectors, self.parameters.size)
            directions, found = np.empty(shape, self.dtype), np.empty(shape, self.dtype)
            self._arrays[vectors] = directions, found
        directions, found = self._arrays[vectors]
        for _, node in self.linear:
            node.directions, node.products = directions, found
        return directions, found
