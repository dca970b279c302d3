"""Every layer in random configurations against tf.keras: outputs and all gradients."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optlab.layers import configuration
from optlab.model import Sequential
from optlab.validation.checks.one_layer import model_of, pairs, twin_of
from optlab.validation.checks.tolerances import drawn_tolerance
from optlab.validation.draws import DRAWS, Drawn
from optlab.validation.parity import Comparison, Where, compare
from optlab.validation.results import Result

#: What takes the place of a tensor's largest number where that is smaller: terms of
#: this size, which inputs and weights have, have cancelled.
_LEAST = 1.0


@dataclass(frozen=True)
class Trial:
    """One random configuration of a layer, and its twin.

    Attributes
    ----------
    name : str
        Of `DRAWS`.
    dtype : str
        "float32" or "float64".
    seed : int
        Which configuration.
    """

    name: str
    dtype: str
    seed: int

    @cached_property
    def _rng(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, 7])

    @cached_property
    def drawn(self) -> Drawn:
        """The layer and its batch."""
        return DRAWS[self.name](self._rng)

    @cached_property
    def model(self) -> Sequential:
        """A model of the layer alone."""
        return model_of(self.drawn, self.dtype, self._rng)

    @cached_property
    def twin(self) -> Any:
        """tf.keras's layer."""
        return twin_of(self.drawn.layer)

    def compare(self) -> Iterator[Comparison]:
        """Yield a comparison for each tensor."""
        allowed = drawn_tolerance(self.name, self.dtype)
        subject = f"{self.name} {self.seed}, {configuration(self.drawn.layer)}"
        model = self.model
        for tensor, ours, theirs in pairs(model, self.twin, self.drawn):
            where = Where(subject, self.dtype, "eager", None, tensor)
            size = max(float(np.abs(theirs).max(initial=0.0)), _LEAST)
            yield compare(ours, theirs, allowed, where, np.full(theirs.shape, size))


def check_drawn_layers(dtypes: Sequence[str], count: int) -> Iterator[Result]:
    """Yield a row for each layer and dtype, of so many configurations."""
    for name in DRAWS:
        for dtype in dtypes:
            started = time.perf_counter()
            found = [
                comparison
                for seed in range(count)
                for comparison in Trial(name, dtype, seed).compare()
            ]
            seconds = time.perf_counter() - started
            allowed = drawn_tolerance(name, dtype)
            row = ("layers", name, dtype, "eager", "", allowed, found)
            yield Result(*row, seconds=seconds)
