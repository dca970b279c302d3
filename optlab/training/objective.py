r"""Which of the model's numbers the loss is computed from: outputs or logits.

Where a model ends in the softmax or sigmoid that belongs to its cross-entropy, the loss
takes the logits before it, as tf.keras does in its compiled training: otherwise a
probability that rounds to 0 or 1 has no gradient left. A loss that was told
`from_logits` although the model ends so is corrected in the same way. With `plain`
nothing is recovered: the textbook formula on the outputs, as in tf.keras's eager mode.
Nor is it where the last layer's outputs have a penalty of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.losses.arrays import folded
from optlab.typing import Array


class Objective:
    """A loss on a model.

    Parameters
    ----------
    model : Sequential
        The model.
    loss : Loss
        The loss.
    plain : bool
        Whether to take the outputs as they are in any case.

    Attributes
    ----------
    loss : Loss
        The loss that is computed.
    uses_logits : bool
        Whether from `model.logits`; then `model.backward` wants `from_logits=True`.

    Raises
    ------
    InputError
        If the model is not one of ours.
    """

    def __init__(self, model: Any, loss: Any, plain: bool = False) -> None:
        if not hasattr(model, "final_activation"):
            raise InputError(
                "`model` must be a Sequential of optlab; for one of tf.keras's see "
                "`optlab.validation.from_keras`. Received: "
                f"{type(model).__module__}.{type(model).__name__}"
            )
        activation = getattr(loss, "logits_activation", None)
        self.uses_logits = (
            not plain
            and activation is not None
            and model.final_activation == activation
            and model.layers[-1].activity_regularizer is None
        )
        self.loss = loss
        if self.uses_logits and not loss.from_logits:
            self.loss = loss.with_logits()
        self.model = model
        #: Loss and gradient of a batch, as `Loss.into`, for what the model puts out.
        self.into: Callable[[Array, Array, Array | None, Array], float]
        self.into = self.loss.into if self._plain_rows else self._into_any

    @property
    def _plain_rows(self) -> bool:
        """Whether each row is one sample, and counts."""
        return len(self.model.output_shape) == 1 and not self.model.masked

    def _into_any(
        self, y: Array, y_pred: Array, weights: Array | None, grad_out: Array
    ) -> float:
        mask = self.model.mask
        value: float = self.loss.into_any(y, y_pred, weights, mask, grad_out)
        return value

    def bind(self, metric: Any, target_shape: tuple[int, ...]) -> Any:
        """Return a metric for the model's outputs, bound.

        Parameters
        ----------
        metric : Metric
        target_shape : tuple of int
            With the rows first.
        """
        rows, outputs = target_shape[:1], self.model.output_shape
        shape = rows + outputs
        if metric.by_sample and len(outputs) > 1:
            # As `update` will give them: all axes but the last in one.
            samples = (math.prod(shape[:-1]),)
            one_hot = len(target_shape) == len(shape)
            target_shape = samples + (target_shape[-1:] if one_hot else ())
            shape = samples + outputs[-1:]
        return metric.bind(target_shape, shape, self.outputs_are_logits)

    def updater(self, metric: Any) -> Callable[[Array, Array], None]:
        """Return what counts a batch's targets and outputs in a bound metric.

        As in tf.keras, masked steps are left out of means; unlike there, so are the
        samples of a class that the loss ignores.
        """
        update: Callable[[Array, Array], None] = metric.update
        ignores = getattr(self.loss, "ignore_class", None) is not None
        if not metric.by_sample or (self._plain_rows and not ignores):
            return update

        def update_kept(y: Array, output: Array) -> None:
            if ignores:  # The loss marks what it ignores by -1.
                kept = y.reshape(-1) >= 0
                y, output = y[kept], output[kept]
            if len(output):
                update(y, output)

        if self._plain_rows:
            return update_kept

        def update_any(y: Array, output: Array) -> None:
            y, matrix = folded(y, output)
            mask = self.model.mask
            if mask is not None and not metric.counts_masked:
                lead = output.shape[1:-1]
                spread = mask.reshape(mask.shape + (1,) * (output.ndim - 1 - mask.ndim))
                kept = np.broadcast_to(spread, (len(output), *lead)).reshape(-1)
                y, matrix = y[kept], matrix[kept]
            update_kept(y, matrix)

        return update_any

    @property
    def outputs_are_logits(self) -> bool:
        """Whether the model's outputs are logits, so that a metric must know."""
        return bool(self.loss.from_logits) and not self.uses_logits

    def scores(self, output: Array) -> Array:
        """Return what the loss takes, after a forward pass that gave `output`."""
        if not self.uses_logits:
            return output
        logits: Array = self.model.logits
        return logits

    def value(self, y: Array, output: Array, weights: Array | None = None) -> float:
        """Return the loss of one batch after a forward pass, without its penalty."""
        scores = self.scores(output)
        value = self.into(y, scores, weights, np.empty_like(scores))
        return value
