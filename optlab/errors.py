"""Messages for bad input: what came, what was expected, for which argument."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Bad input from a file or a command line; the message stands on its own."""


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name most like `name`, or None where nothing is close."""
    found = difflib.get_close_matches(str(name), list(valid), n=1, cutoff=0.5)
    return found[0] if found else None


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
