"""The runs of a sweep, each made when it is its turn: there may be millions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, overload

from optlab.errors import InputError
from optlab.experiments.samples import Combinations

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment
    from optlab.experiments.samples import Settings

#: An experiment, the settings that made it, and a seed.
Task = tuple["Experiment", dict[str, Any], int]


def check_paths(paths: Iterable[str]) -> None:
    """Raise InputError where a setting is swept that each run is given besides."""
    if "training.seed" in paths:
        raise InputError(
            "`training.seed` cannot be swept: `seeds` (--seeds) repeats each setting "
            "with seeds of its own."
        )


class Tasks(Sequence[Task]):
    """Experiment, settings and seed of each run.

    Parameters
    ----------
    experiment : Experiment
        What is changed.
    combinations : sequence of dict
        Dotted path -> value.
    seeds : list of int
        The seeds of each combination.
    places : sequence of int, optional
        Which of all the runs these are; all where left out.
    """

    def __init__(
        self,
        experiment: Experiment,
        combinations: Sequence[Settings],
        seeds: list[int],
        places: Sequence[int] | None = None,
    ) -> None:
        self.seeds = seeds
        self._experiment, self._combinations = experiment, combinations
        every = range(len(combinations) * len(seeds))
        self._places: Sequence[int] = every if places is None else places
        self._last: tuple[int, Any] = (-1, None)
        self._checked: dict[int, Experiment] = {}

    def check(self, most: int) -> None:
        """Make the experiments of some settings, for their runs to come.

        The first ones; of more than `most` those of a grid that hold each value once.

        Raises
        ------
        InputError
            Where one is no valid experiment.
        """
        every = self._combinations
        if len(every) > most and isinstance(every, Combinations):
            for settings in every.edges():
                self._experiment.replace(settings)
            return
        for at in range(min(len(every), most)):
            self._checked[at] = self._experiment.replace(every[at])

    def only(self, places: Sequence[int]) -> Tasks:
        """Return some of all the runs."""
        found = Tasks(self._experiment, self._combinations, self.seeds, places)
        found._checked = self._checked
        return found

    def part(self, positions: Sequence[int]) -> Tasks:
        """Return some of these runs."""
        return self.only([self._places[k] for k in positions])

    def __getstate__(self) -> dict[str, Any]:
        """Take along no other settings than those of these runs."""
        count = len(self.seeds)
        used = sorted({place // count for place in self._places})
        at = {place: k for k, place in enumerate(used)}
        return {
            "seeds": self.seeds,
            "_experiment": self._experiment,
            "_combinations": [self._combinations[place] for place in used],
            "_places": [at[p // count] * count + p % count for p in self._places],
            "_last": (-1, None),
            "_checked": {},
        }

    def named(self, index: int) -> tuple[Settings, int]:
        """Return the settings and the seed of a run."""
        at, seed = divmod(self._places[index], len(self.seeds))
        return self._combinations[at], self.seeds[seed]

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Task: ...
    @overload
    def __getitem__(self, index: slice) -> list[Task]: ...
    def __getitem__(self, index: int | slice) -> Task | list[Task]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        settings, seed = self.named(index)
        at = self._places[index] // len(self.seeds)
        if at != self._last[0]:
            try:
                found = self._checked.get(at) or self._experiment.replace(settings)
                self._last = at, found
            except InputError as error:
                self._last = at, _Refused(str(error))
        return self._last[1], settings, seed


class _Refused:
    """Stands for an experiment that cannot be: says why, whatever is asked of it."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise InputError(self._reason)
