"""The runs of a sweep that can be trained in lock step, trained so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError, unknown_name
from optlab.experiments.building import Built
from optlab.experiments.learning import Learning
from optlab.experiments.sweep_tasks import Task

if TYPE_CHECKING:
    from optlab.data import Data
    from optlab.experiments.experiment import Experiment

#: How runs are made: in lock step, one by one, or as it pays.
ENGINES = ("auto", "lockstep", "single")
#: Seconds that the runs would take one by one from which it pays to compile.
PAYS = 60.0
#: So many runs of a kind at least fill the lanes.
FEWEST = 32
#: Models that are kept for the runs to come.
_MODELS = 4096


def check_engine(engine: str) -> None:
    """Raise where an engine is none of `ENGINES`."""
    if engine not in ENGINES:
        raise unknown_name("engine", engine, ENGINES)


class _Model:
    """The model of some runs, with its first weights."""

    def __init__(self, built: Built, tables: tuple[Any, ...]) -> None:
        from optlab.training.lockstep_coverage import training_key, training_why_not

        self.built = built
        self.tables = tables  # kept, for their ids are what it is found by
        self.reason = training_why_not(built)
        if not self.reason:
            self.key = training_key(built)
            self.start = built.model.parameters.flat.copy()
            self.learning = Learning(built)


class Together:
    """Trains what it can of the tasks of a sweep in lock step.

    Parameters
    ----------
    tasks : sequence of (Experiment, settings, seed)
        The runs.
    whole : bool
        Whether whole runs are wanted, and those that diverge are left to be made again,
        to say where; else only the losses are yielded, those of the steps before NaN or
        infinity came up, and whether they did.

    Attributes
    ----------
    reasons : dict of str to int
        Why runs are left to be made one by one, and how many; complete when the
        iteration is over.
    """

    def __init__(self, tasks: Sequence[Task], whole: bool = True) -> None:
        self._tasks, self._whole = tasks, whole
        self.reasons: dict[str, int] = {}
        #: Of the runs that are being yielded.
        self.steps = 0
        self._data: dict[str, Data] = {}
        self._models: dict[Any, _Model] = {}

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Yield the place of a task, and its run or its losses."""
        from optlab.training.lockstep import AT_ONCE

        for start in range(0, len(self._tasks), AT_ONCE):
            yield from self._chunk(range(start, min(start + AT_ONCE, len(self._tasks))))

    def _chunk(self, places: range) -> Iterator[tuple[int, Any]]:
        from optlab.training.lockstep import Lockstep, Start
        from optlab.training.lockstep_coverage import optimizer_key, optimizer_why_not

        kinds: dict[Any, list[tuple[int, Built, _Model]]] = {}
        seeds: dict[int, int] = {}
        for place in places:
            experiment, _, seed = self._tasks[place]
            seeds[place] = seed
            try:
                model = self._model_of(experiment, seed)
                built = replace(model.built, optimizer=experiment.optimizer.make())
                reason = model.reason or optimizer_why_not(built.optimizer)
            except (InputError, OSError) as error:
                reason = str(error)
            if reason:
                self._leave(reason)
                continue
            key = (model.key, optimizer_key(built.optimizer))
            kinds.setdefault(key, []).append((place, built, model))
        for kind in kinds.values():
            runs = [Start(b, seeds[p], model.start) for p, b, model in kind]
            together = Lockstep(runs[0].built, [run.seed for run in runs])
            self.steps = together.steps
            for k, run in together.train(runs, self._whole):
                place, _, model = kind[k]
                if run is None:
                    self._leave("it diverged, and is made again to say where")
                    continue
                if self._whole:
                    run.did_not_learn = model.learning.fault(run)
                yield place, run

    def _model_of(self, experiment: Experiment, seed: int) -> _Model:
        """Return the model of a run, made once for all that differ in the optimizer."""
        # Experiments that `replace` changed in one table share the other ones.
        tables = (
            experiment.data,
            experiment.model,
            experiment.loss,
            experiment.training,
        )
        key = (*(id(table) for table in tables), seed)
        if key not in self._models:
            if len(self._models) >= _MODELS:
                self._models.clear()
            built = experiment.build(self._data_of(experiment), seed=seed)
            self._models[key] = _Model(built, tables)
        return self._models[key]

    def _leave(self, reason: str) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1

    def _data_of(self, experiment: Experiment) -> Data | None:
        """Return the data, loaded once for all runs that have the same."""
        if experiment.data is None:
            return None
        table = experiment.data.model_dump()
        about = (str(experiment.folder), experiment.classification)
        key = json.dumps([table, about, experiment.training.dtype], default=repr)
        if key not in self._data:
            self._data[key] = experiment.load_data()
        return self._data[key]
