"""ScheduleFreeAdamW as tf.keras on TensorFlow computes it, for parity checks."""

from __future__ import annotations

from optlab.kernels.rules import schedule_free
from optlab.optimizers import Rule, ScheduleFreeAdamW


class AliasedScheduleFreeAdamW(ScheduleFreeAdamW):
    """The rule that reads z after it was overwritten; see the rule's module.

    Everything else is `optlab.ScheduleFreeAdamW`, so zero distance from tf.keras shows
    that this is the whole difference between tf.keras and the paper.
    """

    @property
    def rule(self) -> Rule:
        """The published formula with the new z in the place of the old."""
        return Rule(
            schedule_free.schedule_free_aliased,
            schedule_free.schedule_free_coefficients,
            schedule_free.SLOTS,
        )
