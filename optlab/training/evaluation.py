"""Loss and metrics on data, without training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab import metrics as metrics_module
from optlab.kernels.floating_point import flush_subnormals
from optlab.training.arguments import positive
from optlab.training.inputs import prepare_weights, prepare_x, prepare_y
from optlab.training.objective import Objective
from optlab.typing import Array


class Evaluator:
    """Evaluates one model on one data set, as often as wanted.

    Parameters
    ----------
    objective : Objective
        The model and its loss.
    x, y, weights : ndarray
        Prepared rows; `weights` may be None.
    metrics : sequence of Metric
        Unbound; they are bound here.
    batch_size : int
        Rows at a time.
    """

    def __init__(
        self,
        objective: Objective,
        x: Array,
        y: Array,
        weights: Array | None,
        metrics: Sequence[Any],
        batch_size: int,
    ) -> None:
        self.objective = objective
        self.x, self.y, self.weights = x, y, weights
        self.batch_size = min(batch_size, len(x))
        self.metrics = [objective.bind(metric, y.shape) for metric in metrics]
        self._updates = [objective.updater(metric) for metric in self.metrics]

    def __call__(self) -> dict[str, float]:
        """Return {"loss": ..., metric names: ...}, penalties included in the loss."""
        model, rows, size = self.objective.model, len(self.x), self.batch_size
        for metric in self.metrics:
            metric.reset()
        total = 0.0
        for start in range(0, rows, size):
            batch = slice(start, min(start + size, rows))
            targets = self.y[batch]
            weights = None if self.weights is None else self.weights[batch]
            output = model.forward(self.x[batch], training=False)
            value = self.objective.value(targets, output, weights)
            total += (value + model.activity_penalty()) * (batch.stop - start)
            for update in self._updates:
                update(targets, output)
        found = {"loss": total / rows + model.weight_penalty()}
        for metric in self.metrics:
            found[metric.name] = metric.result()
        return found


def evaluate(
    model: Any,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    loss: Any,
    metrics: Sequence[Any] = (),
    batch_size: int = 1024,
    *,
    sample_weight: npt.ArrayLike | None = None,
    plain: bool = False,
    check_finite: bool = True,
    strict: bool = True,
) -> dict[str, float]:
    """Return the loss and the metrics of a model on data.

    Parameters
    ----------
    model : Sequential
        The model; it is not changed. Dropout is off, batch normalization uses its
        moving statistics.
    x : array_like, shape (rows, *model.input_shape)
        Inputs.
    y : array_like, shape (rows, ...)
        Targets, as the loss takes them.
    loss : str, dict or Loss
        The loss.
    metrics : sequence of str, dict, callable or Metric
        See `optlab.metrics.get`.
    batch_size : int
        Rows at a time; only rounding depends on it.
    sample_weight : array_like, shape (rows,), optional
        Weights of the rows in the loss. Metrics are not weighted.
    plain : bool
        Whether the loss takes the outputs although logits could be recovered; see
        `optlab.training.objective`.
    check_finite, strict : bool
        What is refused in `x` and `y`; see `fit`.

    Returns
    -------
    dict of str to float
        "loss", with the regularization penalty, and each metric by its name.

    Raises
    ------
    InputError
        If data, loss and model do not fit together, or a name is unknown.

    Examples
    --------
    >>> import optlab
    >>> model = optlab.Sequential([optlab.Dense(1)], input_shape=(2,))
    >>> model.set_weights([[[1.0], [1.0]], [0.0]])
    >>> optlab.evaluate(model, [[1, 2], [3, 4]], [3, 8], "mse", ["mae"])
    {'loss': 0.5, 'mae': 0.5}
    """
    from optlab import losses

    objective = Objective(model, losses.get(loss), plain)
    inputs = prepare_x(x, model.input_shape, model.dtype, "x", check_finite)
    model.check_data(inputs, "x")
    targets = prepare_y(
        y,
        objective.loss,
        model.output_shape,
        model.dtype,
        len(inputs),
        "y",
        check_finite,
        strict,
    )
    weights = None
    if sample_weight is not None:
        weights = prepare_weights(
            sample_weight, len(inputs), model.dtype, "sample_weight"
        )
    found = metrics_module.get_all(metrics)
    size = positive("batch_size", batch_size)
    with flush_subnormals(), np.errstate(all="ignore"):
        return Evaluator(objective, inputs, targets, weights, found, size)()
