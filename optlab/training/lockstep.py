"""Train many runs of one kind together; `optlab.kernels.lockstep` does the arithmetic.

Runs may differ in seed, in first weights, in rates, schedules and hyperparameters; what
they must have in common says `optlab.training.lockstep_coverage`. What comes out is
what `optlab.fit` gives, but for the order in which products sum.
"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.kernels.lockstep.products import lanes
from optlab.kernels.lockstep.recipe import Elementwise, Recipe
from optlab.kernels.lockstep.training import training_of
from optlab.layers.team import spread
from optlab.optimizers.hyperparameters import float32_rounded
from optlab.optimizers.learning_rate import rate_of
from optlab.run import Run
from optlab.training.fit import VALIDATION_ROWS, directions_of
from optlab.training.lockstep_coverage import KERNELS, bound_metrics
from optlab.training.objective import Objective
from optlab.training.preparation import prepare
from optlab.training.rows import Rows
from optlab.typing import Array

if TYPE_CHECKING:
    from optlab.experiments.building import Built

#: Runs that are in memory at once: what they need is bounded by this, not by how many
#: there are.
AT_ONCE = 4096
#: Multiplications between two looks at Ctrl-C and at what has diverged, some 0.2 s.
_SEGMENT = 4e9
#: Numbers of the orders of rows that are made at once: 64 MB.
_ORDERS = 1 << 24


@dataclasses.dataclass(frozen=True)
class Start:
    """One run before its first step.

    Attributes
    ----------
    built : Built
        Runs may share the model: its weights of the start are these, not those that it
        has.
    seed : int
    weights : ndarray
        All weights of the start, as they lie in ``model.parameters.flat``.
    """

    built: Built
    seed: int
    weights: Array


class Lockstep:
    """Trains runs of one kind.

    Parameters
    ----------
    first : Built
        One of them, which `why_not` has nothing against.
    seeds : sequence of int
        Of all of them, to choose between an order of rows for each block and one for
        each run.
    """

    def __init__(self, first: Built, seeds: Sequence[int]) -> None:
        arguments = first.fit_arguments
        self._loss = first.loss
        plain = arguments.get("plain", False)
        self._objective = Objective(first.model, first.loss, plain)
        data: Any = first.data
        found = prepare(
            self._objective, data.x, data.y, None, None,
            arguments.get("validation_data"), 0.0, True, True,
        )  # fmt: skip
        x, y, _ = found.training
        self._rows = Rows(x, y, None, arguments["batch_size"], arguments["shuffle"], 0)
        self._validates = found.validation is not None
        self._x_val, self._y_val = (
            found.validation[:2] if found.validation is not None else (x[:0], y[:0])
        )
        # Arrays that may not be written are of another type, and compiled once more.
        self._rows.y, self._y_val = np.array(y), np.array(self._y_val)
        self.epochs = arguments.get("epochs") or 0
        per_epoch = self._rows.batches
        self.steps = arguments.get("steps") or self.epochs * per_epoch
        self.epochs = -(-self.steps // per_epoch)
        self._metrics = bound_metrics(self._objective, first)
        model = first.model
        self._dtype = np.dtype(model.dtype)
        self.width = lanes(self._dtype.itemsize)
        self._sizes = np.array(
            [model.input_shape[0], *(layer.units for layer in model.layers)]
        )
        one_batch = len(x) <= self._rows.batch_size
        self._order = "none"
        if self._rows.shuffle and not one_batch:
            counts = np.unique(np.asarray(seeds), return_counts=True)[1]
            blocks = -(-counts // self.width)
            shared = blocks.sum() * self.width <= 1.25 * len(seeds)
            self._order = "shared" if shared else "own"
        rule = first.optimizer.rule
        self._rule = rule
        self._train = training_of(
            Recipe(
                tuple(_elementwise(layer.activation) for layer in model.layers),
                tuple(layer.use_bias for layer in model.layers),
                self._objective.loss._kernel,
                tuple(self._objective.loss._constants),
                self._objective.uses_logits,
                tuple((KERNELS[type(m)], _constants(m)) for m in self._metrics),
                rule.function,
                rule.coefficients,
                len(rule.slots),
                first.optimizer.options.weight_decay is not None,
                self._order,
            )
        )

    def train(
        self, runs: Sequence[Start], whole: bool = True
    ) -> Iterator[tuple[int, Any]]:
        """Yield the place and the record of each run.

        Parameters
        ----------
        runs : sequence of Start
        whole : bool
            Whether to yield runs, or only their losses.

        Yields
        ------
        int, Run or None
            Its model has the weights of the end until the next run is asked for. Where
            NaN or infinity came up it is None; such a run is to be made alone, to say
            where.
        int, (ndarray, bool)
            The losses of the steps, those before NaN or infinity came up; and whether
            they did.
        """
        for places in self._packed([run.seed for run in runs]):
            began = time.perf_counter()
            blocks = _Blocks(self, [runs[k] for k in places])
            blocks.train()
            seconds = (time.perf_counter() - began) / len(places)
            for lane, place in enumerate(places):
                yield place, blocks.run(lane, seconds) if whole else blocks.losses(lane)

    def _packed(self, seeds: Sequence[int]) -> Iterator[list[int]]:
        """Yield places; where the order is shared, those of one seed at a time."""
        order = sorted(range(len(seeds)), key=lambda k: seeds[k])
        if self._order != "shared":
            for start in range(0, len(order), AT_ONCE):
                yield order[start : start + AT_ONCE]
            return
        taken: list[int] = []
        for k, place in enumerate(order):
            if k and seeds[place] != seeds[order[k - 1]]:
                yield taken
                taken = []
            taken.append(place)
        yield taken


class _Blocks:
    """So many runs, laid out lane by lane."""

    def __init__(self, kind: Lockstep, runs: Sequence[Start]) -> None:
        self._kind, self._runs = kind, runs
        width, dtype = kind.width, kind._dtype
        count = -(-len(runs) // width)
        # Lanes without a run of their own repeat the last one.
        filled = [runs[min(k, len(runs) - 1)] for k in range(count * width)]
        weights = np.stack([run.weights for run in filled])
        self._params = self._laid_out(weights)
        slots = np.zeros((count, len(kind._rule.slots), *self._params.shape[1:]), dtype)
        for k, name in enumerate(kind._rule.slots):
            slots[:, k] = kind._rule.initial.get(name, 0.0)
        self._slots = slots
        optimizers = [run.built.optimizer for run in filled]
        hyper = [(1.0, 0.0, *each.hyper()) for each in optimizers]
        self._hyper = self._laid_out(np.array(hyper, np.float64).astype(dtype))
        decays = [each.options.weight_decay or 0.0 for each in optimizers]
        self._shrink = np.array([float32_rounded(d) for d in decays], dtype)
        self._shrink = self._shrink.reshape(count, width)
        self._rates = self._laid_out(_rates(optimizers, kind.steps, dtype))
        seeds = [run.seed for run in filled]
        self._seeds, groups = np.unique(seeds, return_inverse=True)
        self._groups = groups.reshape(count, width)
        self._losses = np.full((count, kind.steps, width), np.nan)
        columns = (1 + len(kind._metrics)) * (2 if kind._validates else 1)
        self._history = np.full((count, kind.epochs, columns, width), np.nan)
        self._ended = np.full((count, width), -1, np.int64)

    def _laid_out(self, table: Array) -> Array:
        """Return (runs, numbers) as (blocks, numbers, lanes)."""
        width = self._kind.width
        cut = table.reshape(-1, width, table.shape[1])
        return np.ascontiguousarray(cut.transpose(0, 2, 1))

    def train(self) -> None:
        """Run all steps, segment by segment, so that Ctrl-C is heard between two."""
        kind = self._kind
        rows, per_epoch = kind._rows, kind._rows.batches
        sizes = kind._sizes
        work = 3.0 * len(rows.x) * kind.width * float((sizes[:-1] * sizes[1:]).sum())
        start = 0
        while start < kind.epochs:
            alive = np.flatnonzero((self._ended < 0).any(axis=1))
            if not len(alive):
                break
            epochs = _SEGMENT / (work * len(alive))
            if kind._order != "none":
                epochs = min(epochs, _ORDERS / (len(self._seeds) * len(rows.x)))
            stop = min(start + max(1, int(epochs)), kind.epochs)
            segment = functools.partial(
                self._segment,
                alive.tolist(),
                self._orders(start, stop),
                start * per_epoch,
                min(stop * per_epoch, kind.steps),
            )
            spread(segment, len(alive), True)
            start = stop

    def _segment(
        self,
        blocks: list[int],
        orders: Array,
        first_step: int,
        last_step: int,
        begin: int,
        end: int,
    ) -> None:
        """Train some of the blocks from a step to another."""
        kind = self._kind
        for b in blocks[begin:end]:
            kind._train(
                kind._rows.x, kind._rows.y, kind._x_val, kind._y_val, VALIDATION_ROWS,
                orders, self._groups[b], kind._rows.batch_size, kind._sizes,
                first_step, last_step, self._params[b], self._slots[b],
                self._hyper[b], self._rates[b], self._shrink[b], self._losses[b],
                self._history[b], self._ended[b],
            )  # fmt: skip

    def _orders(self, start: int, stop: int) -> Array:
        kind = self._kind
        if kind._order == "none":
            return np.empty((0, 0, 0), np.int32)
        rows = kind._rows
        found = np.empty((stop - start, len(self._seeds), len(rows.x)), np.int32)
        for g, seed in enumerate(self._seeds):
            one = dataclasses.replace(rows, seed=int(seed))
            for epoch in range(start, stop):
                found[epoch - start, g] = one.order(epoch)
        return found

    def losses(self, place: int) -> tuple[Array, bool]:
        """Return the losses of one run, and whether it came to NaN or infinity."""
        b, lane = divmod(place, self._kind.width)
        ended = int(self._ended[b, lane])
        return self._losses[b, : None if ended < 0 else ended, lane], ended >= 0

    def run(self, place: int, seconds: float) -> Run | None:
        """Return the record of one run, and put the weights into its model.

        None of a run that came to NaN or infinity.
        """
        kind = self._kind
        b, lane = divmod(place, kind.width)
        if self._ended[b, lane] >= 0:
            return None
        built, seed = self._runs[place].built, self._runs[place].seed
        built.model.parameters.flat[:] = self._params[b, :, lane]
        metrics = [metric.name for metric in kind._metrics]
        run = Run(
            built.model,
            None,
            kind._loss,
            settings={"batch_size": kind._rows.batch_size, "seed": seed},
            directions=directions_of(kind._metrics, kind._validates),
        )
        run.status = "finished"
        run.steps, run.seconds = kind.steps, seconds
        run.epochs = kind.steps // kind._rows.batches
        run.step_losses.frombytes(self._losses[b, :, lane].tobytes())
        names = ["loss", *metrics]
        if kind._validates:
            names += [f"val_{name}" for name in names]
        columns = self._history[b, :, :, lane]
        run.history = {n: columns[:, k].tolist() for k, n in enumerate(names)}
        schedule = built.optimizer.schedule
        if schedule is not None:
            ends = [
                min((e + 1) * kind._rows.batches, kind.steps)
                for e in range(kind.epochs)
            ]
            run.history["learning_rate"] = [rate_of(schedule, end) for end in ends]
        return run


def _elementwise(activation: Any) -> Elementwise:
    return Elementwise(
        activation._forward,
        activation._backward,
        activation.in_place,
        activation._values,
    )


def _constants(metric: Any) -> tuple[float, ...]:
    return (metric.threshold,) if hasattr(metric, "threshold") else ()


def _rates(optimizers: Sequence[Any], steps: int, dtype: np.dtype[Any]) -> Array:
    """Return each run's rates: one, or one a step where any is scheduled."""
    schedules = [optimizer.schedule for optimizer in optimizers]
    count = 1 if not any(schedules) else steps
    found = np.empty((len(optimizers), count), dtype)
    made: dict[int, list[float]] = {}
    for k, (each, schedule) in enumerate(zip(optimizers, schedules, strict=True)):
        if schedule is None:
            found[k] = float32_rounded(each.learning_rate)
            continue
        if id(schedule) not in made:
            rates = (rate_of(schedule, step) for step in range(steps))
            made[id(schedule)] = [float32_rounded(rate) for rate in rates]
        found[k] = made[id(schedule)]
    return found
