r"""Which of the model's numbers the loss is computed from: outputs or logits.

Where a model ends in the softmax or sigmoid that belongs to its cross-entropy, the loss
takes the logits before it, as tf.keras does in its compiled training: otherwise a
probability that rounds to 0 or 1 has no gradient left. A loss that was told
`from_logits` although the model ends so is corrected in the same way. With `plain`
nothing is recovered: the textbook formula on the outputs, as in tf.keras's eager mode.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError

Array = npt.NDArray[Any]


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
        )
        self.loss = loss
        if self.uses_logits and not loss.from_logits:
            self.loss = loss.with_logits()
        self.model = model

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
        value: float = self.loss.into(y, scores, weights, np.empty_like(scores))
        return value
