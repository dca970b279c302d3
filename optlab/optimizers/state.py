"""The saved state of an optimizer: how it is written down, and checked when read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.optimizers.hyperparameters import Hyperparameter, Integer
from optlab.typing import Array


def saved_slots(state: Mapping[str, Sequence[Array]]) -> dict[str, Array]:
    """Return copies of the state arrays under "slot/NAME/K"."""
    return {key: array.copy() for key, array in _places(state).items()}


def load_slots(
    owner: str, state: Mapping[str, Sequence[Array]], saved: Mapping[str, Any]
) -> None:
    """Write saved arrays into the state arrays, once all are known to fit.

    Raises
    ------
    InputError
        If one is missing, is too many or does not fit; the message names the owner.
    """
    targets = _places(state)
    slots = {key for key in saved if str(key).startswith("slot/")}
    if slots != set(targets):
        raise InputError(
            f"The state does not belong to this {owner}. "
            f"Expected {sorted(targets)}. Received: {sorted(slots)}"
        )
    for key, target in targets.items():
        value = np.asarray(saved[key])
        if value.shape != target.shape or value.dtype != target.dtype:
            raise InputError(
                f"State {key!r} must be {target.dtype.name} of shape "
                f"{target.shape}. Received: {value.dtype.name} of shape "
                f"{value.shape}"
            )
    for key, target in targets.items():
        target[...] = saved[key]


def _places(state: Mapping[str, Sequence[Array]]) -> dict[str, Array]:
    return {
        f"slot/{name}/{k}": array
        for name, arrays in state.items()
        for k, array in enumerate(arrays)
    }


def state_calls(state: Any) -> int:
    """Return the number of calls of a saved state."""
    calls: int = state_number(state, "calls", Integer(0, 0, 2**62))
    return calls


def state_number(state: Any, name: str, check: Hyperparameter) -> Any:
    """Return a number of a saved state, or say that it is missing or wrong."""
    if not isinstance(state, Mapping) or (
        name not in state and check.default is not None
    ):
        raise InputError(
            f"`state` must hold {name!r}, as `save_state` returns it. "
            f"Received: {list(state) if isinstance(state, Mapping) else state!r}"
        )
    value = state.get(name)
    check.name = name
    # Read from a file, a number is an array without axes.
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    return check.checked(value)
