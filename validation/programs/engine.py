"""Train variants of a program in tf.keras: the engine for what optlab cannot run.

Many steps run inside one graph, which loops over ``model.train_step``: the step that
``fit`` makes, a custom one included, without fit's time between the steps. A graph is
kept for all variants that differ in data, rate or seed only.
"""

from __future__ import annotations

import json
import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.diagnosis.engine import is_too_long, too_large
from optlab.diagnosis.reference import MOST
from optlab.diagnosis.trials import Outcome
from optlab.diagnosis.watch import Watch
from optlab.typing import Array
from optlab.validation.programs.building import build, compile_as
from optlab.validation.programs.facts import ProgramFacts
from optlab.validation.programs.probing import probe, watched
from optlab.validation.programs.program import Program
from optlab.validation.programs.scores import scores_of
from optlab.validation.programs.steps import fed, outputs_of, steps_of

#: Compiled models that are kept, so that memory stays bounded.
MOST_KEPT = 12


#: The share of the budget after which a run is ended, its score taken as it is: some 20
#: runs are needed.
RUN_SHARE = 1 / 12
#: And that of the first run of the original, which all others are compared with.
FIRST_SHARE = 1 / 4
#: Updates that a reference makes, however slow.
LEAST_UPDATES = 120
#: Steps of the first calls, of different number: the second one makes a graph for any
#: number of them. Those of the call after them, by which the pace is measured.
TRACED, TIMED = (2, 1), 2
#: Rows of a call that is timed, and seconds from which it is not timed again.
TIMED_ROWS, LONG_CALL = 16, 2.0
#: Rows that a model is looked into with, at the most, and seconds that they may take.
LOOKED_AT, LOOK_SECONDS = 256, 1.0


@dataclass
class _Ready:
    """A compiled model, the state of its optimizer at first, its steps and outputs."""

    model: Any
    optimizer_state: list[Array]
    steps: Any
    outputs: Any


class KerasEngine:
    """Trains programs, one after the other, in this process."""

    name = "keras"
    in_processes = False

    def __init__(self, budget: float = 120.0) -> None:
        self.budget = budget
        self.most_updates = MOST
        self._ready: dict[str, _Ready] = {}
        self._rows: dict[str, Any] = {}
        #: Seconds of a step in the last run, once its graph was there.
        self.pace = 0.0
        #: Seconds that a training step takes on each row, by a forward pass.
        self.row_seconds = 0.0
        self.too_large = False

    def data(self, experiment: Program) -> Any:
        """Return the rows of a variant, loaded once."""
        table = experiment.tree["data"]
        crossed = "crossentropy" in str(experiment.tree["loss"]["name"])
        key = json.dumps([table, crossed], sort_keys=True)
        if key not in self._rows:
            if len(self._rows) >= MOST_KEPT:
                self._rows.pop(next(iter(self._rows)))
            self._rows[key] = experiment.load_data(strict=False)
        return self._rows[key]

    def facts(self, experiment: Program) -> ProgramFacts:
        """Examine a variant."""
        data = self.data(experiment)
        return ProgramFacts(experiment, data, experiment.to_dict())  # type: ignore[arg-type]

    def watch(
        self, experiment: Program, seed: int, updates: int, deadline: float
    ) -> Watch:
        """Train a variant once, and look inside before and after."""
        data, seen = self.data(experiment), []
        count = LOOK_SECONDS / max(self.row_seconds, 1e-9)
        rows = slice(0, int(min(LOOKED_AT, max(4, count))))
        inputs = experiment.template.split(data.x[rows])
        targets = experiment.template.split_targets(data.y[rows])

        def look(model: Any) -> None:
            seen.append(probe(model, inputs, targets))

        outcome = self.refused(experiment)
        if outcome is None:
            outcome = self.run(experiment, seed, deadline, look, FIRST_SHARE)
        losses = [float(value) for value in outcome.losses]
        return watched(outcome, losses, seen)

    def refused(self, experiment: Program) -> Outcome | None:
        """Return the outcome of a variant too large to be run; None of all others."""
        if not self.too_large or experiment.from_scratch:
            return None
        return too_large(
            f"A training step takes {self.row_seconds:.1f} s a row", self.budget
        )

    def seconds(self, experiment: Program) -> float:
        """Return about how long one training takes, by the time of a few steps."""
        data, training = self.data(experiment), experiment.training
        batch = min(int(training.batch_size), len(data.x))
        per_epoch = -(-len(data.x) // batch)
        per_epoch = min(per_epoch, int(getattr(training, "steps_per_epoch", per_epoch)))
        steps = training.steps or int(training.epochs or 20) * per_epoch
        self.row_seconds = self._row_seconds(experiment, data)
        self.too_large = is_too_long(batch * self.row_seconds, self.budget)
        if self.too_large:
            return 0.0
        if steps <= 16:
            short = experiment
        else:
            short = Program(**experiment.to_dict())
            table = short.tree["training"] = dict(short.tree["training"])
            table.pop("epochs", None)
            table["steps"] = 16
        self.pace = 0.0
        for _ in range(2):  # making the graphs may take all the time of the first run
            outcome = self.run(short, 0, time.time() + self.budget / 8)
            if outcome.status == "refused":
                return 0.0
            if self.pace:
                break
        self.pace = self.pace or outcome.seconds / max(1, outcome.steps)
        most = RUN_SHARE * self.budget / max(self.pace, 1e-9)
        self.most_updates = int(min(MOST, max(LEAST_UPDATES, most)))
        return self.pace * float(steps)

    def cost(self, experiment: Program, first: Outcome) -> float:
        """Return about how long one run of many takes: every other one has a graph."""
        return (first.seconds + self.pace * first.steps) / 2

    def within(self, experiment: Program, seconds: float) -> Program:
        """Return the variant itself: `run` ends what takes too long."""
        return experiment

    def _row_seconds(self, experiment: Program, data: Any) -> float:
        """Return about how long a training step takes on one row."""
        import tensorflow as tf

        model = experiment.template.model

        def fastest(count: int) -> float:
            parts = [fed(p) for p in experiment.template.split(data.x[:count])]
            x: Any = parts[0] if len(parts) == 1 else parts
            x, taken = tf.nest.map_structure(tf.constant, x), []
            for _ in range(3):
                clock = time.perf_counter()
                model(x, training=False)
                taken.append(time.perf_counter() - clock)
                if taken[-1] > LONG_CALL:
                    break
            return min(taken)

        few, many = 2, min(TIMED_ROWS, len(data.x))
        try:
            overhead = fastest(few)
            if overhead > LONG_CALL or many <= few:
                return 3.0 * overhead / few
            took = fastest(many)
        except Exception:  # a run says what is wrong
            return 0.0
        # What a call takes besides is no work of the layers.
        return 3.0 * max(0.0, took - overhead) / (many - few)

    def run(
        self,
        experiment: Program,
        seed: int,
        deadline: float = float("inf"),
        each: Any = None,
        share: float = RUN_SHARE,
    ) -> Outcome:
        """Train once, whatever is wrong with the program.

        Parameters
        ----------
        experiment : Program
            What to train.
        seed : int
            Of first weights, order of the rows, and dropout.
        deadline : float
            When to stop, on `time.time`'s clock.
        each : callable, optional
            Called with the model before the first epoch and after the last one.
        share : float
            Of the budget, after which it is ended and scored as it is.
        """
        program, data = experiment, self.data(experiment)
        began = time.perf_counter()
        losses: list[float] = []
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                ready = self._prepared(program, seed)
                if each is not None:
                    each(ready.model)
                ending = deadline, share * self.budget
                status, steps = self._train(ready, program, seed, data, ending, losses)
                cut = status == "stopped_early" and time.time() < deadline
                if cut:
                    status = "finished"
                if each is not None:
                    each(ready.model)
                most = RUN_SHARE * self.budget / 2
                found, own = scores_of(program, ready.outputs, data, status, most)
        except Exception as error:
            if isinstance(error, (KeyboardInterrupt, MemoryError)):
                raise
            message = f"{type(error).__name__}: {error}"
            seconds = time.perf_counter() - began
            return Outcome(None, "refused", message, seconds=seconds)
        return Outcome(
            found,
            status,
            "the loss is not finite" if status == "diverged" else "",
            losses[0] if losses else float("nan"),
            losses[-1] if losses else float("nan"),
            steps,
            time.perf_counter() - began,
            tuple(losses),
            own,
            cut,
        )

    def _prepared(self, program: Program, seed: int) -> _Ready:
        """Return a compiled model with the first weights of this seed."""
        tree, template = program.tree, program.template
        optimizer = dict(tree["optimizer"])
        if isinstance(optimizer.get("learning_rate"), (int, float)):
            optimizer["learning_rate"] = 0
        parts = [tree["model"], tree["loss"], optimizer]
        key = json.dumps(parts, sort_keys=True)
        fresh = build(program, seed)
        ready = self._ready.get(key)
        if ready is None:
            compile_as(program, fresh)
            fresh.optimizer.build(fresh.trainable_variables)
            state = [np.asarray(v) for v in fresh.optimizer.variables]
            own = tree["model"].get("train_step") != "keras"
            ready = _Ready(fresh, state, steps_of(fresh, own), outputs_of(fresh))
            if template.kind != "opaque":
                if len(self._ready) >= MOST_KEPT:
                    self._ready.pop(next(iter(self._ready)))
                self._ready[key] = ready
            return ready
        ready.model.set_weights(fresh.get_weights())
        for variable, value in zip(
            ready.model.optimizer.variables, ready.optimizer_state, strict=True
        ):
            variable.assign(value)
        rate = tree["optimizer"].get("learning_rate")
        if isinstance(rate, (int, float)):
            ready.model.optimizer.learning_rate = float(rate)
        return ready

    def _train(
        self,
        ready: _Ready,
        program: Program,
        seed: int,
        data: Any,
        ending: tuple[float, float],
        losses: list[float],
    ) -> tuple[str, int]:
        """Run the epochs until a time, or for so many seconds from the third call on.

        Returns
        -------
        tuple of (str, int)
            The status and the number of steps.
        """
        import tensorflow as tf

        template, training = program.template, program.training
        inputs = [tf.constant(fed(p)) for p in program.inputs(data.x)]
        targets = [tf.constant(fed(p)) for p in template.split_targets(data.y)]
        weights = row_weights(program, data)
        rows, batch = len(data.x), min(int(training.batch_size), len(data.x))
        per_epoch = -(-rows // batch)
        per_epoch = min(per_epoch, int(getattr(training, "steps_per_epoch", per_epoch)))
        whole = training.steps or int(training.epochs or 20) * per_epoch
        given = None if weights is None else tf.constant(weights, tf.float32)
        rng = np.random.default_rng(seed)
        steps: list[float] = []
        part, calls = TRACED[0], 0
        order, starts = np.zeros(0, np.int32), np.zeros(1, np.int32)
        deadline, seconds = ending
        ends_at = deadline
        while len(steps) < whole:
            if time.time() > ends_at:
                return "stopped_early", len(steps)
            taken = min(part, whole - len(steps))
            while len(starts) <= taken:
                drawn = rng.permutation(rows) if training.shuffle else np.arange(rows)
                drawn = drawn[: per_epoch * batch]
                ends = np.minimum(np.arange(1, per_epoch + 1) * batch, len(drawn))
                starts = np.append(starts, ends + len(order))
                order = np.append(order, drawn)
            clock = time.perf_counter()
            cuts = starts[: taken + 1]
            found = ready.steps(
                inputs, targets, given, order[: cuts[-1]].astype("int32"), cuts
            )
            order, starts = order[cuts[-1] :], starts[taken:] - cuts[-1]
            calls += 1
            if calls <= len(TRACED):  # the graphs are made by now
                ends_at = min(deadline, time.time() + seconds)
            else:
                self.pace = (time.perf_counter() - clock) / taken
            part = (*TRACED, TIMED)[calls] if calls <= len(TRACED) else self._part
            steps += found
            ended = len(steps) // per_epoch if len(steps) < whole else whole
            for k in range(len(losses), min(ended, -(-len(steps) // per_epoch))):
                losses.append(float(np.mean(steps[k * per_epoch :][:per_epoch])))
            if not np.isfinite(steps[-1]):
                return "diverged", len(steps)
        return "finished", len(steps)

    @property
    def _part(self) -> int:
        """Steps until the clock is looked at again."""
        return max(1, min(1000, int(3.0 / max(self.pace, 1e-6))))


def row_weights(program: Program, data: Any) -> Array | None:
    """Return one weight a row, of its class; None where all weigh the same."""
    given = program.training.class_weight
    weights = program.sample_weights(data)
    if not given:
        return weights
    y = np.asarray(data.y)
    labels = y.argmax(axis=-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(-1)
    if given == "balanced":
        known, counts = np.unique(labels, return_counts=True)
        table = {
            int(k): len(labels) / (len(known) * n)
            for k, n in zip(known, counts, strict=True)
        }
    else:
        table = {int(k): float(v) for k, v in given.items()}
    found = np.array([table.get(int(label), 1.0) for label in labels], "float32")
    return found if weights is None else found * weights
