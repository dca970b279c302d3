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

from optlab.diagnosis.reference import MOST
from optlab.diagnosis.scoring import score
from optlab.diagnosis.trials import MOST_SCORED, Outcome
from optlab.diagnosis.watch import Watch
from optlab.errors import InputError
from optlab.typing import Array
from optlab.validation.programs.building import build, compile_as
from optlab.validation.programs.facts import ProgramFacts
from optlab.validation.programs.probing import probe, watched
from optlab.validation.programs.program import Program

#: Compiled models that are kept, so that memory stays bounded.
MOST_KEPT = 12


#: The share of the budget after which a run is ended, its score taken as it is: some 20
#: runs are needed.
RUN_SHARE = 1 / 12
#: Updates that a reference makes, however slow.
LEAST_UPDATES = 120
#: Steps of the first calls, by which the pace is measured.
FIRST_STEPS = 8
#: Rows that are scored at once.
SCORED_AT_ONCE = 512


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
        rows = slice(0, 256)
        inputs = experiment.template.split(data.x[rows])
        targets = experiment.template.split_targets(data.y[rows])

        def look(model: Any) -> None:
            seen.append(probe(model, inputs, targets))

        outcome = self.run(experiment, seed, deadline, look)
        losses = [float(value) for value in outcome.losses]
        return watched(outcome, losses, seen)

    def seconds(self, experiment: Program) -> float:
        """Return about how long one training takes, by the time of a few steps."""
        data, training = self.data(experiment), experiment.training
        batch = min(int(training.batch_size), len(data.x))
        per_epoch = -(-len(data.x) // batch)
        per_epoch = min(per_epoch, int(getattr(training, "steps_per_epoch", per_epoch)))
        steps = training.steps or int(training.epochs or 20) * per_epoch
        if steps <= 16:
            short = experiment
        else:
            short = Program(**experiment.to_dict())
            table = short.tree["training"] = dict(short.tree["training"])
            table.pop("epochs", None)
            table["steps"] = 16
        self.pace = 0.0
        outcome = self.run(short, 0, time.time() + 60)
        if outcome.status == "refused":
            return 0.0
        most = RUN_SHARE * self.budget / max(self.pace, 1e-9)
        self.most_updates = int(min(MOST, max(LEAST_UPDATES, most)))
        return self.pace * float(steps)

    def run(
        self,
        experiment: Program,
        seed: int,
        deadline: float = float("inf"),
        each: Any = None,
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
        """
        program, data = experiment, self.data(experiment)
        began = time.perf_counter()
        cut = time.time() + RUN_SHARE * self.budget
        losses: list[float] = []
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                ready = self._prepared(program, seed)
                if each is not None:
                    each(ready.model)
                status, steps = self._train(
                    ready, program, seed, data, min(deadline, cut), losses
                )
                if status == "stopped_early" and time.time() < deadline:
                    status = "finished"
                if each is not None:
                    each(ready.model)
                found, own = _scores(program, ready.outputs, data, status)
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
            ready = _Ready(fresh, state, _steps_of(fresh), _outputs_of(fresh))
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
        deadline: float,
        losses: list[float],
    ) -> tuple[str, int]:
        """Run the epochs; return the status and the number of steps."""
        import tensorflow as tf

        template, training = program.template, program.training
        inputs = [tf.constant(_fed(p)) for p in program.inputs(data.x)]
        targets = [tf.constant(_fed(p)) for p in template.split_targets(data.y)]
        weights = row_weights(program, data)
        rows, batch = len(data.x), min(int(training.batch_size), len(data.x))
        per_epoch = -(-rows // batch)
        per_epoch = min(per_epoch, int(getattr(training, "steps_per_epoch", per_epoch)))
        whole = training.steps or int(training.epochs or 20) * per_epoch
        given = None if weights is None else tf.constant(weights, tf.float32)
        rng = np.random.default_rng(seed)
        steps: list[float] = []
        part = FIRST_STEPS
        order, starts = np.zeros(0, np.int32), np.zeros(1, np.int32)
        while len(steps) < whole:
            if time.time() > deadline:
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
            if steps:
                self.pace = (time.perf_counter() - clock) / taken
            part = FIRST_STEPS if not steps else self._part
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


def _steps_of(model: Any) -> Any:
    """Return a function that trains on batches of rows, and gives their losses."""
    import tensorflow as tf

    def steps(inputs: Any, targets: Any, weights: Any, order: Any, cuts: Any) -> Any:
        count = tf.shape(cuts)[0] - 1
        losses = tf.TensorArray(tf.float32, count)
        for k in tf.range(count):
            rows = order[cuts[k] : cuts[k + 1]]
            x = [tf.gather(part, rows) for part in inputs]
            y = [tf.gather(part, rows) for part in targets]
            fed: Any = (x[0] if len(x) == 1 else x, y[0] if len(y) == 1 else y)
            if weights is not None:
                fed = (*fed, tf.gather(weights, rows))
            model.reset_metrics()  # so that the loss is this batch's alone
            logs = model.train_step(fed)
            losses = losses.write(k, tf.cast(_loss_in(logs), tf.float32))
        return losses.stack()

    def _loss_in(logs: Any) -> Any:
        loss = logs.get("loss") if isinstance(logs, dict) else logs
        if loss is None and logs:
            loss = next(iter(logs.values()))
        return 0.0 if loss is None else tf.reduce_mean(loss)

    compiled = tf.function(steps, reduce_retracing=True)

    def run(
        inputs: Any, targets: Any, weights: Any, order: Array, cuts: Array
    ) -> list[float]:
        call = steps if model.run_eagerly else compiled
        found = call(
            inputs, targets, weights, tf.constant(order), tf.constant(cuts, tf.int32)
        )
        return [float(value) for value in np.asarray(found)]

    return run


def _outputs_of(model: Any) -> Any:
    """Return a function from inputs to a list of outputs, batch by batch."""
    import tensorflow as tf

    def outputs(inputs: Any) -> Any:
        return model(inputs[0] if len(inputs) == 1 else inputs, training=False)

    compiled = tf.function(outputs, reduce_retracing=True)

    def run(inputs: list[Array]) -> list[Array]:
        parts: list[list[Array]] = []
        for begin in range(0, len(inputs[0]), SCORED_AT_ONCE):
            rows = slice(begin, begin + SCORED_AT_ONCE)
            given = [tf.constant(part[rows]) for part in inputs]
            call = outputs if model.run_eagerly else compiled
            parts.append([np.asarray(v) for v in tf.nest.flatten(call(given))])
        return [np.concatenate(column) for column in zip(*parts, strict=True)]

    return run


def _fed(part: Array) -> Array:
    """Return rows as Keras's data adapter feeds them: no doubles."""
    return part.astype("float32") if part.dtype == np.float64 else part


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


def _scores(
    program: Program, outputs: Any, data: Any, status: str
) -> tuple[float | None, float | None]:
    """Return the scores on validation and on training rows."""
    if status == "diverged":
        return None, None
    found = None
    if data.x_val is not None and len(data.x_val):
        found = _score(program, outputs, data.task, data.x_val, data.y_val)
        if data.x_val is data.x or np.array_equal(data.x_val, data.x):
            return found, found
    return found, _score(
        program, outputs, data.task, data.x[:MOST_SCORED], data.y[:MOST_SCORED]
    )


def _score(
    program: Program, outputs: Any, task: str, x: Array, y: Array
) -> float | None:
    template = program.template
    predicted = outputs([_fed(part) for part in program.inputs(x)])
    targets = template.split_targets(y)
    found = []
    for part, truth in zip(predicted, targets, strict=False):
        kind = task
        if task == "several":
            from optlab.validation.programs.program import task_of

            kind = task_of(truth, None, False)
        value = score_of(kind, truth, np.asarray(part, float), is_logits(program))
        if value is None:
            return None
        found.append(value)
    return float(np.mean(found)) if found else None


def is_logits(program: Program) -> bool:
    """Whether the outputs are logits, by loss and last activation."""
    if not program.tree["loss"].get("from_logits"):
        return False
    last = [e for e in program.tree["model"]["layers"] if "dropout" not in e][-1]
    return last.get("activation", "linear") not in ("softmax", "sigmoid")


def score_of(task: str, y: Array, predicted: Array, logits: bool) -> float | None:
    """Score outputs of any rank: those of sequences and pictures place by place."""
    if predicted.ndim > 2:
        predicted = predicted.reshape(-1, predicted.shape[-1])
        size = predicted.shape[0]
        y = y.reshape(size, -1) if y.size % size == 0 else y
        y = y.reshape(-1) if y.ndim > 1 and y.shape[1] == 1 else y
        if len(y) != size:
            raise InputError(
                f"Outputs and targets do not fit: {predicted.shape} and {y.shape}."
            )
    return score(task, y, predicted, logits)
