"""A model as a table of text."""

from __future__ import annotations

from typing import Any


def summary(model: Any) -> str:
    """Return a table of the layers, their output shapes and numbers of weights."""
    rows = [("Layer (type)", "Output shape", "Param #")]
    for layer in model.parts():
        sizes = [
            w.size for name, w in model.weights if name.split("/")[0] == layer.name
        ]
        rows.append(
            (
                f"{layer.name} ({type(layer).__name__})",
                str((None, *layer.output_shape)),
                f"{sum(sizes):,}",
            )
        )
    first, second, third = (max(len(row[i]) for row in rows) for i in range(3))
    lines = [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in rows]
    rule = "-" * len(lines[0])
    total, trained = model.count_params(), model.parameters.size
    return "\n".join(
        [
            f"Model: {model.name!r}, inputs {(None, *model.input_shape)}, "
            f"{model.dtype.name}",
            lines[0],
            rule,
            *lines[1:],
            rule,
            f"Total params: {total:,}",
            f"Trainable params: {trained:,}",
            f"Non-trainable params: {total - trained:,}",
        ]
    )
