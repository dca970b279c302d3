"""Messages for bad input: what came, what was expected, for which argument."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Bad input from a file or a command line; the message stands on its own."""


class InputTypeError(InputError, TypeError):
    """Bad input of the wrong type: an `InputError` that is a `TypeError` as well."""


def shown(value: object) -> str:
    """Return what came, for a message; Python refuses to write very long integers."""
    if isinstance(value, int) and value.bit_length() > 200:
        return f"an integer of {value.bit_length()} bits"
    return repr(value)


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name most like `name`, or None where nothing is close."""
    valid = list(valid)
    text = str(name)[:_LONGEST].lower()
    meant = _SHORT.get(text)
    if meant in valid:
        return meant
    close = difflib.get_close_matches(text, valid, n=len(valid) or 1, cutoff=0.5)
    # Letters in the wrong order are the slip that the measure knows least about.
    swapped = [found for found in valid if sorted(found) == sorted(text)]
    return next(iter(swapped or close), None)


#: Names longer than any of ours are not compared to the end.
_LONGEST = 100
#: What people write for a name.
_SHORT = {
    "lr": "learning_rate",
    "rate": "learning_rate",
    "bs": "batch_size",
    "eps": "epsilon",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "wd": "weight_decay",
}


def unknown_name(kind: str, name: object, valid: Iterable[str]) -> InputError:
    """Build the error for a name that is not in a registry.

    Parameters
    ----------
    kind : str
        What the name stands for, in the singular: "optimizer", "loss".
    name : object
        What came.
    valid : iterable of str
        The names that would have worked.
    """
    valid = sorted(valid)
    guess = nearest(str(name), valid)
    hint = f" Did you mean {guess!r}?" if guess else ""
    return InputError(f"Unknown {kind} {name!r}.{hint} Valid: {', '.join(valid)}.")
