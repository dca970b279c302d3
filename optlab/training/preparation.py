"""Everything about the data, checked and laid out before a run begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from optlab.errors import InputError
from optlab.training.class_weights import class_weights
from optlab.training.inputs import prepare_weights, prepare_x, prepare_y, split_tail
from optlab.training.objective import Objective
from optlab.typing import Array

#: Inputs, targets, and weights or None.
Triple: TypeAlias = tuple[Array, Array, Array | None]


@dataclass
class Prepared:
    """Rows to train on, and rows to validate on, if any."""

    training: Triple
    validation: Triple | None


def prepare(
    objective: Objective,
    x: Any,
    y: Any,
    sample_weight: Any,
    class_weight: str | Mapping[Any, float] | None,
    validation_data: Any,
    validation_split: float,
    check_finite: bool,
    strict: bool,
) -> Prepared:
    """Check and cast the data, split them, and weigh the rows; see `fit`.

    Raises
    ------
    InputError
        If anything does not fit; the message names the argument.
    """
    checks = (check_finite, strict)
    found = _triple(objective, (x, y, sample_weight), _NAMES, *checks)
    kept = split_tail(len(found[0]), validation_split)
    validation = None
    if validation_data is not None:
        if kept < len(found[0]):
            raise InputError(
                "Give `validation_data` or `validation_split`, not both. "
                f"Received: validation_split={validation_split!r} and data"
            )
        given = _given(validation_data)
        names = tuple(f"validation_data[{k}]" for k in range(3))
        validation = _triple(objective, given, names, *checks)
    if kept < len(found[0]):
        validation = _cut(found, slice(kept, None))
        found = _cut(found, slice(kept))
    rows_x, rows_y, weights = found
    if class_weight is not None:
        units = objective.model.output_shape[-1]
        _, by_row = class_weights(class_weight, rows_y, units)
        by_row = by_row.astype(rows_x.dtype)
        weights = by_row if weights is None else weights * by_row
    return Prepared((rows_x, rows_y, weights), validation)


_NAMES = ("x", "y", "sample_weight")


def _given(validation_data: Any) -> tuple[Any, Any, Any]:
    """Return the parts of `validation_data`, the weights None where left out."""
    pair = isinstance(validation_data, (tuple, list))
    if not pair or not 2 <= len(validation_data) <= 3:
        raise InputError(
            "`validation_data` must be (x, y) or (x, y, sample_weight). "
            f"Received: {type(validation_data).__name__}"
        )
    x, y, *weights = validation_data
    return x, y, weights[0] if weights else None


def _triple(
    objective: Objective,
    given: tuple[Any, Any, Any],
    names: tuple[str, ...],
    check_finite: bool,
    strict: bool,
) -> Triple:
    """Return inputs, targets and weights, prepared."""
    model = objective.model
    x = prepare_x(given[0], model.input_shape, model.dtype, names[0], check_finite)
    model.check_data(x, names[0])
    y = prepare_y(
        given[1],
        objective.loss,
        model.output_shape,
        model.dtype,
        len(x),
        names[1],
        check_finite,
        strict,
    )
    if given[2] is None:
        return x, y, None
    return x, y, prepare_weights(given[2], len(x), model.dtype, names[2])


def _cut(found: Triple, rows: slice) -> Triple:
    x, y, weights = found
    return x[rows], y[rows], None if weights is None else weights[rows]
