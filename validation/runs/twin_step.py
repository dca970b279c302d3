"""One training step of a tf.keras twin, on a batch and masks that it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optlab.layers import Dropout
from optlab.model import Sequential
from optlab.optimizers import Optimizer
from optlab.typing import Array
from optlab.validation.runtime import load
from optlab.validation.twins.losses import loss_to_keras
from optlab.validation.twins.models import model_to_keras
from optlab.validation.twins.optimizers import optimizer_to_keras, write_state
from optlab.validation.twins.replay import replayed_dropout


@dataclass(frozen=True)
class Batch:
    """What one step of ours saw: rows, targets, weights, and what dropout kept."""

    x: Array
    y: Array
    weights: Array | None
    masks: tuple[Array | None, ...]


def dropouts(model: Sequential) -> list[Dropout]:
    """Return the dropout layers of a model, in order."""
    return [layer for layer in model.parts() if isinstance(layer, Dropout)]


class TwinStep:
    """A tf.keras model, loss and optimizer that step on given batches.

    The step is compiled with `tf.function` and without Grappler's rewrites, so that its
    arithmetic is that of eager mode.

    Parameters
    ----------
    model : Sequential
        Ours; the twin starts with its weights.
    loss : Loss
        As it was given to `fit`.
    optimizer : Optimizer
        Ours, built for `model`; the twin starts with its state.
    plain : bool
        Whether the loss must not look for logits behind the model's last activation.
    """

    def __init__(
        self, model: Sequential, loss: Any, optimizer: Optimizer, plain: bool
    ) -> None:
        tf = load().tf
        self.model = model_to_keras(model, replay=True)
        self._ours = model
        order = {name: k for k, name in enumerate(model.parameters.names)}
        pairs = zip(model.weights, self.model.weights, strict=True)
        ranked = {order[n]: v for (n, _), v in pairs if n in order}
        self.variables = [ranked[k] for k in range(len(ranked))]
        self.optimizer = optimizer_to_keras(optimizer, self.variables)
        objective = loss_to_keras(loss, model.dtype.name)
        cls = replayed_dropout()
        layers = [layer for layer in self.model.layers if isinstance(layer, cls)]

        def step(x: Any, y: Any, weights: Any, masks: Any) -> Any:
            for layer, mask in zip(layers, masks, strict=True):
                layer.mask = mask
            with tf.GradientTape() as tape:
                output = self.model(x, training=True)
                if plain:
                    output = tf.identity(output)
                value = objective(y, output, sample_weight=weights)
                for penalty in self.model.losses:
                    value += tf.cast(penalty, value.dtype)
            # Dense, as the rules are written: of an embedding's slices tf.keras squares
            # those of a repeated index before it adds them up (see the behaviour
            # `repeated-ids-are-squared-first`).
            gradients = tape.gradient(value, self.variables)
            gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
            self.optimizer.apply(gradients)
            return value, gradients

        self._step = tf.function(step, autograph=False, reduce_retracing=True)

    def __call__(self, batch: Batch, rate: float | None) -> tuple[float, list[Array]]:
        """Make one step; return the loss before it and the gradients.

        Parameters
        ----------
        batch : Batch
            What ours saw.
        rate : float or None
            The learning rate to use; None leaves it to the twin's schedule.
        """
        tf = load().tf
        if rate is not None:
            self.optimizer.learning_rate = rate
        options = tf.config.optimizer
        before = options.get_experimental_options().get("disable_meta_optimizer", False)
        options.set_experimental_options({"disable_meta_optimizer": True})
        try:
            value, gradients = self._step(
                tf.constant(batch.x),
                tf.constant(batch.y),
                None if batch.weights is None else tf.constant(batch.weights),
                [None if mask is None else tf.constant(mask) for mask in batch.masks],
            )
        finally:
            options.set_experimental_options({"disable_meta_optimizer": before})
        return float(value), [gradient.numpy() for gradient in gradients]

    def weights(self) -> list[Array]:
        """Return copies of the trained weights, in our order."""
        return [variable.numpy() for variable in self.variables]

    def take(self, weights: Sequence[Array], state: Mapping[str, Any]) -> None:
        """Take over all weights and the optimizer's state."""
        self.model.set_weights(list(weights))
        write_state(state, self.optimizer)
