"""Batches that a program's own loop trains on: their different rows are the data."""

from __future__ import annotations

import hashlib
import time
from typing import Any

from optlab.validation.programs.places import Place


class Batches:
    """Batches that a program's own loop trains on, until there are enough of them.

    Parameters
    ----------
    model : keras.Model
        What is trained; its weights of now are restored at the end.
    place : Place or None
        Of the first call.
    """

    #: Enough: so many calls, bytes, or seconds.
    MOST_CALLS, MOST_BYTES, MOST_SECONDS = 3000, 64 * 2**20, 15.0

    def __init__(self, model: Any, place: Place | None) -> None:
        self.model, self.place = model, place
        self.weights: list[Any] | None = None
        self.calls = self.size = 0
        self.parts: dict[bytes, dict[str, Any]] = {}
        self.began = time.monotonic()

    @property
    def full(self) -> bool:
        """Whether no more are needed."""
        late = time.monotonic() - self.began > self.MOST_SECONDS
        return late or self.calls >= self.MOST_CALLS or self.size > self.MOST_BYTES

    def take(self, arguments: dict[str, Any]) -> None:
        """Keep the rows of a call, unless they were there before."""
        import numpy as np

        given = {key: arguments.get(key) for key in ("x", "y", "sample_weight")}
        if self.weights is None:
            if not self.model.built:
                self.model(np.asarray(given["x"])[:2])
            self.weights = self.model.get_weights()
        rows = {k: np.asarray(v).copy() for k, v in given.items() if v is not None}
        mark = b"".join(hashlib.sha1(v.tobytes()).digest() for v in rows.values())
        self.calls += 1
        if mark not in self.parts:
            self.parts[mark] = rows
            self.size += sum(v.nbytes for v in rows.values())

    def restored(self) -> dict[str, Any]:
        """Take the training back, and return it as arguments of `fit`."""
        import numpy as np

        self.model.set_weights(self.weights)
        optimizer = self.model.optimizer
        self.model.optimizer = type(optimizer).from_config(optimizer.get_config())
        parts = list(self.parts.values())
        found: dict[str, Any] = {
            key: np.concatenate([part[key] for part in parts]) for key in parts[0]
        }
        size = len(parts[0]["x"])
        epochs = -(-self.calls * size // len(found["x"]))
        return found | {"batch_size": size, "epochs": max(1, epochs)}

    @property
    def notes(self) -> list[str]:
        """What a reader should know."""
        found = [
            f"{self.calls} calls of train_on_batch were watched; their "
            f"{len(self.parts)} different batches are taken as the rows."
        ]
        if self.full:
            found.append("The loop went on after that; its end was not waited for.")
        return found
