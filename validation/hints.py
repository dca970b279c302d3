"""Say where in an optimizer the difference is, from a few small experiments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.typing import Array
from optlab.validation.runtime import load
from optlab.validation.twins.optimizers import slot_arrays

_SIZE = 64
#: Relative distance from which two numbers count as different here: some roundings of
#: float32, in which constants such as 1 - beta_2 lose four digits.
_APART = 3e-5
#: Relative distance up to which an update is called close.
_CLOSE = 1e-2
#: Sizes of the gradients that are tried, and steps. Small ones show an epsilon that is
#: too large, large ones a threshold; some faults wait for a certain step.
_TRIALS = ((1.0, 40), (1e-5, 12), (1e3, 12))


def hint(make_twin: Any, make_ours: Any, slots: Sequence[str], dtype: str) -> str:
    """Describe the first difference between a Keras optimizer and a rule.

    Parameters
    ----------
    make_twin, make_ours : callable
        See `optlab.validation.yours`.
    slots : sequence of str
        The slots that both have.
    dtype : str
        float32 or float64.

    Returns
    -------
    str
        One sentence; empty where all that was tried agrees well.
    """
    for size, steps in _TRIALS:
        found = _first_difference(make_twin, make_ours, slots, dtype, size, steps)
        if found:
            shown = "" if size == 1.0 else f" With gradients near {size:g} only."
            return found + shown
    return ""


def _first_difference(
    make_twin: Any,
    make_ours: Any,
    slots: Sequence[str],
    dtype: str,
    size: float,
    steps: int,
) -> str:
    keras = load().keras
    rng = np.random.default_rng(1)
    start = rng.standard_normal(_SIZE).astype(dtype)
    x = keras.Variable(start, dtype=dtype, name="p0")
    twin = make_twin()
    twin.build([x])
    param = start.copy()
    ours = make_ours(twin.get_config())
    ours.build([param])
    for step in range(1, steps + 1):
        # From the same parameters, so that what is left is the step's own difference.
        x.assign(param)
        before = param.copy()
        grad = (size * rng.standard_normal(_SIZE)).astype(dtype)
        ours.apply([grad])
        twin.apply([keras.ops.convert_to_tensor(grad)])
        theirs = slot_arrays(twin, slots)
        off = [s for s in slots if _apart(ours.state[s][0], theirs[s][0])]
        moved, moved_twin = param - before, x.numpy() - before
        if off:
            return _slot_hint(off, step, ours.state[off[0]][0], theirs[off[0]][0])
        # Two parameters that round once each are apart by so much.
        rounding = 2 * float(np.finfo(dtype).eps * np.abs(before).max())
        if _apart(moved, moved_twin, rounding):
            return _parameter_hint(slots, step, moved, moved_twin)
    return ""


def _apart(ours: Array, theirs: Array | None, rounding: float = 0.0) -> bool:
    if theirs is None:
        return False
    size = np.abs(ours).max()
    return bool(np.abs(ours - theirs).max() > _APART * max(size, 1e-30) + rounding)


def _ratio(ours: Array, theirs: Array) -> str:
    """Say by which factor the two differ, if it is one factor."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (theirs / ours)[np.abs(ours) > 0]
    if ratios.size and np.abs(ratios - 1).max() < _CLOSE:
        return f"the rule's up to {100 * np.abs(ratios - 1).max():.2g} %"
    if ratios.size and np.ptp(ratios) < 1e-2 * abs(np.median(ratios)):
        factor = float(np.median(ratios))
        return f"{factor:.4g} times the rule's in every element"
    return "not the rule's, by another factor in each element"


def _when(step: int) -> str:
    if step == 1:
        return "already at the first step"
    return (
        f"from step {step} on, while step {step - 1} agrees: look at what depends on "
        "the step count or on the state before"
    )


def _slot_hint(off: list[str], step: int, ours: Array, theirs: Array | None) -> str:
    which = f"the slot '{off[0]}'" if len(off) == 1 else f"the slots {', '.join(off)}"
    value = "" if theirs is None else f"; Keras's {off[0]} is {_ratio(ours, theirs)}"
    return f"Look at how {which} is updated: it differs {_when(step)}{value}."


def _parameter_hint(slots: Sequence[str], step: int, ours: Array, theirs: Array) -> str:
    agreed = f"The slots ({', '.join(slots)}) agree, so look" if slots else "Look"
    return (
        f"{agreed} at how the parameter is updated: it differs {_when(step)}; the "
        f"Keras update is {_ratio(ours, theirs)}."
    )
