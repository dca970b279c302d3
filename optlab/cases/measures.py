"""Measurements on a model, before or after training, that several cases share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.experiments import Built
from optlab.run import Run


def data_losses(built: Built, run: Run | None = None) -> dict[str, float]:
    """Return the loss on training and validation rows, without penalties.

    The model is as it is now, dropout and batch normalization as for predictions, so
    the two can be compared with each other.
    """
    rows: Any = built.data
    loss = built.loss
    found = {}
    for name, x, y in (
        ("data_loss", rows.x, rows.y),
        ("data_val_loss", rows.x_val, rows.y_val),
    ):
        if x is None:
            continue
        output = np.array(built.model.forward(np.ascontiguousarray(x)))
        target = loss.prepare_targets(y, built.model.output_shape, output.dtype)
        found[name] = float(loss(target, output))
    found["gap"] = found.get("data_val_loss", np.nan) - found["data_loss"]
    return found


def recalls(built: Built, run: Run | None = None) -> dict[str, float]:
    """Return the recall of each of two classes on the validation rows, and their mean.

    For a binary model with one sigmoid output.
    """
    rows: Any = built.data
    predicted = built.model.predict(rows.x_val).ravel() > 0.5
    truth = rows.labels(rows.y_val).astype(bool)
    found = {
        "recall_0": float(np.mean(~predicted[~truth])),
        "recall_1": float(np.mean(predicted[truth])),
    }
    found["balanced_accuracy"] = 0.5 * (found["recall_0"] + found["recall_1"])
    return found


def gradient_norms(built: Built) -> dict[str, Any]:
    """Return the gradient's root mean square in each dense kernel, first to last.

    On up to 256 training rows, at the weights as they are. Nothing is changed but the
    moving statistics of batch normalization, which are put back.
    """
    from optlab.training.objective import Objective

    rows: Any = built.data
    model = built.model
    before = [np.array(weight) for weight in model.get_weights()]
    objective = Objective(model, built.loss)
    x = np.ascontiguousarray(rows.x[:256])
    output = model.forward(x, training=True, rng=np.random.default_rng(0))
    scores = objective.scores(output)
    target = objective.loss.prepare_targets(
        rows.y[:256], model.output_shape, scores.dtype
    )
    _, gradient = objective.loss.value_and_grad(target, scores)
    model.backward(
        np.ascontiguousarray(gradient, scores.dtype),
        from_logits=objective.uses_logits,
    )
    sizes = [
        float(np.sqrt(np.mean(np.square(gradient, dtype=np.float64))))
        for gradient in model.gradients.arrays
        if gradient.ndim == 2
    ]
    model.set_weights(before)
    return {"gradient_rms": sizes, "gradient_ratio": _ratio(sizes)}


def _ratio(sizes: list[float]) -> float:
    """Return the first layer's over the last one's."""
    return sizes[0] / sizes[-1] if sizes[-1] else 0.0


def row_normalized(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return each row divided by its Euclidean length, as tf.keras's normalize does."""
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.where(length == 0, 1.0, length)


def rises(values: npt.ArrayLike) -> float:
    """Return the share of epochs in which a curve went up."""
    curve = np.asarray(values, np.float64)
    return float(np.mean(np.diff(curve) > 0)) if len(curve) > 1 else 0.0


def roughness(values: npt.ArrayLike) -> float:
    """Return the median upward or downward jolt: |second difference of the log|."""
    curve = np.log(np.maximum(np.asarray(values, np.float64), 1e-300))
    return float(np.median(np.abs(np.diff(curve, 2)))) if len(curve) > 2 else 0.0
