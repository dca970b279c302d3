"""Stop at the first loss that is NaN or infinite: what every run here does anyway."""

from __future__ import annotations

from optlab.callbacks.base import Callback


class TerminateOnNaN(Callback):
    """Accepted for the sake of configurations that name it; it has nothing to do.

    `fit` itself stops at the first non-finite number and says where it arose.
    """
