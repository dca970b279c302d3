"""What a captured training was given that the runs of a diagnosis leave out."""

from __future__ import annotations

from collections.abc import Iterator

from optlab.validation.programs.hooks import Captured
from optlab.validation.twins.optimizers import excludes, inner_of

#: Arguments of `fit` that are about the scoring of rows that nothing is learned from.
_SCORING = ("validation_steps", "validation_batch_size", "validation_freq")


def left_out(captured: Captured) -> Iterator[str]:
    """Yield a sentence for each argument that the runs do not have."""
    optimizer, given = captured.model.optimizer, captured.arguments
    for name in _SCORING:
        if given.get(name) not in (None, 1):
            yield f"`{name}` is left out of the runs: it changes no training."
    if optimizer is not None and excludes(optimizer):
        yield "`exclude_from_weight_decay` is left out of the runs: all weights decay."
    if inner_of(optimizer) is not optimizer:
        yield "The loss is not scaled in the runs: the inner optimizer trains."


def epochs_of(captured: Captured) -> int:
    """Return how many epochs the call trains: `epochs` is where it ends."""
    given = captured.arguments
    return max(1, int(given.get("epochs", 1)) - int(given.get("initial_epoch") or 0))
