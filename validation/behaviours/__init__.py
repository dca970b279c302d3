"""The catalogue: what TensorFlow and Keras really do, measured again on request.

To add an entry, write a function in the file of its subject that returns figures, and
put `@behaviour(says=..., means=..., figure=value)` above it. Nothing else is needed: a
new file in this folder is found by itself.
"""

from __future__ import annotations

import importlib
import pkgutil

from optlab.validation.behaviours.catalogue import (
    ENTRIES,
    About,
    Entry,
    Observation,
    behaviour,
    find,
    measure,
)

__all__ = ["About", "Entry", "Observation", "behaviour", "catalogue", "find", "measure"]


def catalogue() -> dict[str, Entry]:
    """Return all entries by id, in the order of their files."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return ENTRIES
