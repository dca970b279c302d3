"""Which of somebody's state arrays holds what a slot of ours does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from optlab.typing import Array

#: How far apart two arrays of one meaning may be, as a part of the largest entry.
NEAR = 1e-6


def matched_slots(optimizer: Any, state: Any) -> dict[str, str | None]:
    """Return the name of theirs for each slot of ours, None where nothing is like it.

    Parameters
    ----------
    optimizer : RuleOptimizer or None
        Ours, after the steps; None for a formula, which has no slots.
    state : object
        Theirs: mappings, sequences and named tuples of arrays, in any nesting.
    """
    if optimizer is None:
        return {}
    arrays = list(leaves(state))
    return {
        slot: next((n for n, a in arrays if _alike(ours[0], a)), None)
        for slot, ours in optimizer.state.items()
    }


def leaves(state: Any, name: str = "") -> Iterator[tuple[str, Array]]:
    """Yield the arrays of a state, with the last name on the way to each."""
    if hasattr(state, "detach"):
        state = state.detach().numpy()
    if hasattr(state, "shape") and hasattr(state, "dtype"):
        yield name, np.asarray(state)
    elif hasattr(state, "_asdict"):
        yield from leaves(state._asdict(), name)
    elif isinstance(state, Mapping):
        for key, value in state.items():
            yield from leaves(value, str(key))
    elif isinstance(state, (list, tuple)):
        for value in state:
            yield from leaves(value, name)


def _alike(ours: Array, theirs: Array) -> bool:
    if ours.shape != theirs.shape or not ours.size:
        return False
    a, b = ours.astype("float64"), theirs.astype("float64")
    largest = np.max(np.abs(a))
    # Opposite signs are one meaning: some keep the step, others what it is against.
    near = min(np.max(np.abs(a - b)), np.max(np.abs(a + b)))
    return bool(0 < largest and near <= NEAR * largest)
