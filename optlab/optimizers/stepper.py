"""The machine that `build` makes: it steps the parameters that it was made for.

A step does, in tf.keras's order: divide by the loss scale, accumulate, clip, decay the
weights, run the update rule, average. Clip, decay and rule run in one fused pass over
memory (`optlab.kernels.fuse`), or on NumPy arrays as they are written, to the same
bits.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy import ndarray

from optlab.errors import InputTypeError
from optlab.kernels import fuse
from optlab.kernels.blas import one_blas_thread
from optlab.kernels.fingerprint import RuleError
from optlab.kernels.floating_point import flush_subnormals
from optlab.kernels.packets import PACKET_BYTES
from optlab.kernels.rules.weight_decay import decay_weights
from optlab.optimizers.accumulation import Accumulator, unscaled
from optlab.optimizers.averaging import MovingAverage
from optlab.optimizers.clipping import Clipping
from optlab.optimizers.hyperparameters import float32_rounded
from optlab.optimizers.learning_rate import rate_of
from optlab.optimizers.options import Options
from optlab.optimizers.parameter_set import ParameterSet, Tensors, flat
from optlab.optimizers.update_rule import Rule, Share
from optlab.parameters import Parameters
from optlab.typing import Array

#: Elements from which a step uses all threads. On two idle processors that is quicker
#: from some 3e4 on (`benchmarks/bench_threshold.py`), but by half only from here, and
#: threads once woken disturb what comes after the step: see `optlab.training.threads`.
PARALLEL_FROM = 100_000
#: Mean elements of a tensor up to which gradients are gathered for one scattered call.
GATHER_UP_TO = 8_192


#: What works out the rate of an update, and numbers of its coefficients: see `Stepper`.
Estimate: TypeAlias = Callable[[list[Any], list[Any], float, int], Sequence[float]]


#: What changes the update of a tensor: see `Stepper.revise_by`.
Revise: TypeAlias = Callable[[Array, Array, Array], None]


@dataclass
class Group:
    """The tensors of one share: what a step takes for all of them.

    Attributes
    ----------
    share : Share
        What they share.
    rule : Rule
        Its update rule.
    decay : callable or None
        The rule of the weight decay, where they decay.
    hyper : ndarray
        1, the learning rate, the weight decay, and what the coefficients take.
    loops : FusedRule or None
        The compiled loops; None where the rule runs on NumPy arrays.
    """

    share: Share
    rule: Rule
    decay: Callable[..., Any] | None
    hyper: Array
    loops: fuse.FusedRule | None


@dataclass
class Piece:
    """One tensor, or one whole arena, as the loops see it: flat arrays."""

    group: Group
    param: Array
    slots: tuple[Array, ...]
    shape: tuple[int, ...]

    def part(self, start: int, stop: int) -> Piece:
        """Return some elements of a piece whose slots are flat."""
        slots = tuple(slot[start:stop] for slot in self.slots)
        return Piece(self.group, self.param[start:stop], slots, (stop - start,))


class Stepper:
    """Steps a set of parameters.

    Parameters
    ----------
    params : ParameterSet
        What it updates in place.
    shares : sequence of Share
        What each tensor is stepped by.
    slots : mapping of str to Parameters
        The state arrays of the rules, by name, as they begin.
    options : Options
        What is done around the rules.
    engine : {"numba", "numpy"}
        How elementwise rules are run.
    renew : callable, optional
        ``renew(step)`` returns the last of the numbers that the coefficients take, at
        every update; where that one is no constant. The step, from 1, has the
        parameters' dtype.
    estimate : callable, optional
        ``estimate(params, grads, rate, step)`` returns the rate of an update and the
        last numbers that the coefficients take; where they depend on all tensors. It
        is given flat arrays, gradients clipped, None where there is none.

    Attributes
    ----------
    state : dict of str to Parameters
        The slots, and what the options keep.

    Raises
    ------
    InputTypeError
        If a rule cannot be compiled safely.
    """

    def __init__(
        self,
        params: ParameterSet,
        shares: Sequence[Share],
        slots: Mapping[str, Parameters],
        options: Options,
        engine: str,
        renew: Callable[[Any], float] | None = None,
        estimate: Estimate | None = None,
    ) -> None:
        self.params = params
        self._engine = engine
        self.clipping = Clipping(options, params.dtype)
        self._renew, self._estimate = renew, estimate
        self._revise: Revise | None = None
        self._layout = Parameters(params.shapes, params.dtype, params.names)
        self._scale = options.loss_scale_factor
        self._every = options.gradient_accumulation_steps or 1
        self._simple = not options.use_ema and self._every == 1 and self._scale is None
        self._is_float32 = params.dtype == np.float32
        self._written_rate = 0.0
        self._make_state(slots, options)
        self._make_pieces(shares, engine)
        self._only = self._only_call()

    def _make_state(self, slots: Mapping[str, Parameters], options: Options) -> None:
        self.state = dict(slots)
        self.average: MovingAverage | None = None
        self._accumulator: Accumulator | None = None
        if options.use_ema:
            self.state["average"] = self._layout.zeros_like()
            self.average = MovingAverage(self.state["average"], self.params, options)
        if self._every > 1:
            total = self.state["gradient_accumulator"] = self._layout.zeros_like()
            self._accumulator = Accumulator(total, self._every)

    def _make_pieces(self, shares: Sequence[Share], engine: str) -> None:
        params = self.params
        self.groups: list[Group] = []
        self._pieces: list[Piece] = []
        for k, (array, share) in enumerate(zip(params.arrays, shares, strict=True)):
            group = next((g for g in self.groups if g.share == share), None)
            if group is None:
                group = self._group(share, engine)
                self.groups.append(group)
            slots = tuple(self.state[name].arrays[k] for name in share.rule.slots)
            shape = array.shape
            if share.rule.elementwise or share.rule.packets:
                slots = tuple(slot.reshape(-1) for slot in slots)
                shape = (array.size,)
            self._pieces.append(Piece(group, array.reshape(-1), slots, shape))
        self._whole: Piece | None = None
        self._scattered: tuple[Any, ...] | None = None
        self._at_once = (
            len(self.groups) == 1
            and self.groups[0].rule.elementwise
            and not self.clipping.by_tensor
        )
        if len(self.groups) == 1 and self.groups[0].rule.elementwise:
            (group,) = self.groups
            slots = tuple(self.state[name].flat for name in group.rule.slots)
            if params.arena is not None:
                memory = params.arena.flat
                self._whole = Piece(group, memory, slots, memory.shape)
            elif group.loops is not None and self._at_once:
                loop = group.loops.scattered
                self._scattered = loop, group.hyper, self._layout.flat, slots
        sizes = [array.size for array in params.arrays]
        self._edges = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        addresses = [array.ctypes.data for array in params.arrays]
        self._addresses = np.array(addresses, np.int64)
        self._gathers = len(sizes) > 1 and np.mean(sizes) <= GATHER_UP_TO
        self._gathered = [array.reshape(-1) for array in self._layout.arrays]

    def _group(self, share: Share, engine: str) -> Group:
        rule, decays = share.rule, share.weight_decay is not None
        decay = decay_weights if decays else None
        hyper = np.zeros(fuse.HEAD + len(share.hyper), self.params.dtype)
        hyper[0] = 1.0
        hyper[2] = float32_rounded(share.weight_decay or 0.0)
        hyper[fuse.HEAD :] = share.hyper
        loops = None
        if (rule.elementwise or rule.packets) and engine == "numba":
            made_of = (rule.function, rule.coefficients, rule.slots)
            try:
                loops = fuse.fuse(*made_of, self.clipping.function, decay)
            except RuleError as error:
                raise InputTypeError(str(error)) from None
        return Group(share, rule, decay, hyper, loops)

    def _only_call(self) -> tuple[Any, ...] | None:
        """Return what makes a step of a single tensor, where one call does."""
        if len(self._pieces) != 1 or not self._simple:
            return None
        if self._renew is not None or self._estimate is not None:
            return None
        (piece,) = self._pieces
        loops = piece.group.loops
        if loops is None or self.clipping.function is not None:
            return None
        if piece.group.rule.packets:
            return None
        numbers = piece.group.hyper, self.clipping.bounds
        call = _loop(loops, piece), *numbers, piece.param, piece.slots
        params = self.params
        return *call, params.shapes[0], params.written[0], params.owners

    def step(self, grads: Tensors, calls: int, rate: Any) -> None:
        """Update the parameters.

        Parameters
        ----------
        grads : Parameters or list of (ndarray or None)
            One gradient a parameter.
        calls : int
            The calls before this one.
        rate : float or callable
            The learning rate, or what gives it for the number of calls.

        Raises
        ------
        InputTypeError, InputError
            If the gradients do not fit; see `ParameterSet`.
        NumbaError
            If the rule cannot be compiled.
        """
        kind = grads.__class__
        if self._only is not None and (kind is list or kind is Parameters):
            # One tensor, one call: half of a step of a microsecond is here.
            loop, hyper, bounds, param, slots, shape, memory, owners = self._only
            grad = grads[0] if len(grads) == 1 else None
            if (
                grad.__class__ is ndarray
                and grad.dtype is param.dtype
                and grad.shape == shape
                and grad.flags.carray
                and memory.flags.writeable
            ):
                owner = grad if grad.base is None else grad.base
                if owner.__class__ is ndarray and id(owner) not in owners:
                    if rate.__class__ is not float or not self._is_float32:
                        rate = float32_rounded(rate_of(rate, calls))
                    if rate is not self._written_rate:
                        hyper[1] = self._written_rate = rate
                    row = grad if grad.ndim == 1 else grad.reshape(-1)
                    loop(calls + 1, hyper, bounds, param, row, *slots)
                    return
        rows = self._rows(grads)
        if self._simple:
            self._update(rows, calls, calls, rate)
        else:
            self._update_with_options(rows, calls, rate)

    def _rows(self, grads: Tensors) -> list[Any]:
        """Check the gradients; return them flat, one a tensor or the whole arena."""
        params = self.params
        params.check_writeable()
        if isinstance(grads, Parameters):
            if grads.shapes == self._layout.shapes and grads.dtype == params.dtype:
                if self._whole is not None and self._at_once and self._simple:
                    return [params.apart(grads.flat)]
                return [params.apart(g.reshape(-1)) for g in grads.arrays]
        checked, missing = params.counted_gradients(grads)
        if self._gathers and not missing:
            np.concatenate(checked, axis=None, out=self._layout.flat)
            return self._gathered
        return [g if g is None else params.apart(flat(g)) for g in checked]

    def _update_with_options(self, rows: list[Any], calls: int, rate: Any) -> None:
        """Unscale, accumulate, update and average, in tf.keras's order."""
        updates = calls // self._every
        due = (calls + 1) % self._every == 0
        if self._scale is not None:
            rows = unscaled(rows, self._scale)
        if self._accumulator is not None:
            rows = self._accumulator.add(rows, due)
        if due:
            self._update(rows, updates, calls, rate)
            if self._accumulator is not None:
                self._accumulator.clear()
        if self.average is not None:
            self.average.advance(updates)

    def _update(self, rows: list[Any], updates: int, calls: int, rate: Any) -> None:
        """Clip, decay and run the rules; `rows` as `_rows` returns them."""
        step = updates + 1
        rate = rate if rate.__class__ is float else rate_of(rate, calls)
        self._written_rate = rate if self._is_float32 else float32_rounded(rate)
        renewed = None
        if self._renew is not None:  # once: what renews it counts its calls
            renewed = self._renew(self.params.dtype.type(step))
        for group in self.groups:
            group.hyper[1] = self._written_rate
            if renewed is not None:
                group.hyper[-1] = renewed
        whole = self._whole if len(rows) == 1 else None
        if self.clipping.function is not None:
            apart = rows if whole is None else self._parts(rows[0])
            self.clipping.measure_all(apart)
        if self._estimate is not None:
            self._write_estimate(self._estimate, rows, whole, step)
        if self._revise is not None:
            for piece, row in zip(self._pieces, rows, strict=True):
                if row is not None:
                    self._run_revised(self._revise, step, piece, row)
        elif whole is not None:
            self._run(step, whole, rows[0])
        elif rows is self._gathered and self._at_once and self._whole is not None:
            self._run(step, self._whole, self._layout.flat)
        elif rows is self._gathered and self._scattered is not None:
            loop, hyper, gathered, slots = self._scattered
            where = self._addresses, self._edges
            loop(step, hyper, self.clipping.bounds, *where, gathered, *slots)
        else:
            for piece, row in zip(self._pieces, rows, strict=True):
                if row is not None:
                    self._run(step, piece, row)

    def _write_estimate(
        self, estimate: Estimate, rows: list[Any], whole: Piece | None, step: int
    ) -> None:
        """Let the optimizer work out the rate from all tensors."""
        apart = rows if whole is None else self._parts(rows[0])
        params = [piece.param for piece in self._pieces]
        grads = []
        with flush_subnormals(), np.errstate(all="ignore"):
            for row in apart:
                if row is not None:
                    self.clipping.measure(row)
                    row = self.clipping.clipped(row)
                grads.append(row)
            rate, *numbers = estimate(params, grads, self._written_rate, step)
        for group in self.groups:
            group.hyper[1] = rate
            group.hyper[len(group.hyper) - len(numbers) :] = numbers

    def _parts(self, row: Array) -> list[Array]:
        """Return the tensors of an arena, flat."""
        return [row[a:b] for a, b in itertools.pairwise(self._edges.tolist())]

    def _run(self, step: int, piece: Piece, row: Array) -> None:
        """Run the fused loop over one piece, or the rule on whole arrays."""
        self.clipping.measure(row)
        group = piece.group
        if group.loops is None:
            self._run_on_arrays(step, piece, row)
            return
        if group.rule.packets:
            whole = row.size - row.size % (PACKET_BYTES // row.itemsize)
            if whole < row.size:
                self._run_on_arrays(step, piece.part(whole, row.size), row[whole:])
            piece, row = piece.part(0, whole), row[:whole]
        loop = _loop(group.loops, piece)
        bounds = self.clipping.bounds
        loop(step, group.hyper, bounds, piece.param, row, *piece.slots)

    def revise_by(self, revise: Revise) -> None:
        """Let a function change every update of a tensor, in place.

        Parameters
        ----------
        revise : callable
            ``revise(param, before, grad)`` on flat arrays: what the rule made of the
            parameter, what it was given, decayed, and the gradient.
        """
        self._revise, self._only, self._at_once = revise, None, False

    def _run_revised(self, revise: Revise, step: int, piece: Piece, row: Array) -> None:
        """Update one tensor, and hand the update to what changes it."""
        group, before = piece.group, piece.param.copy()
        if group.decay is not None:
            with flush_subnormals(), np.errstate(all="ignore"):
                before = group.decay(before, group.hyper[2], group.hyper[1])
        self._run(step, piece, row)
        with flush_subnormals(), np.errstate(all="ignore"):
            revise(piece.param, before, row)

    def _run_on_arrays(self, step: int, piece: Piece, row: Array) -> None:
        """Run clip, decay and rule as they are written, on the arrays of one piece."""
        group = piece.group
        rule = group.rule
        one, rate, weight_decay, *hyper = group.hyper
        threads = one_blas_thread if rule.multiplies else contextlib.nullcontext()
        with threads, flush_subnormals(), np.errstate(all="ignore"):
            grad = self.clipping.clipped(row)
            param = piece.param
            if group.decay is not None:
                param = group.decay(param, weight_decay, rate)
            number = row.dtype.type
            numbers = rule.coefficients(one, number(step), rate, *hyper)
            numbers = (number(n) if isinstance(n, float) else n for n in numbers)
            if rule.in_loops is not None and self._engine == "numba":
                if param is not piece.param:
                    piece.param[...] = param
                slots = (slot.reshape(-1) for slot in piece.slots)
                rule.in_loops(piece.param, grad, *slots, *numbers)
                return
            values = rule.function(
                param.reshape(piece.shape),
                grad.reshape(piece.shape),
                *piece.slots,
                *numbers,
            )
            # The parameter last: a slot may keep what it was.
            moved, *kept = values
            for target, value in zip(piece.slots, kept, strict=True):
                target[...] = value
            piece.param.reshape(piece.shape)[...] = moved


def _loop(loops: fuse.FusedRule, piece: Piece) -> Callable[..., None]:
    """Return the loop that steps one piece: serial, or parallel if it is large."""
    costly = piece.group.rule.packets
    least = fuse.PARALLEL_FROM_COSTLY if costly else PARALLEL_FROM
    return loops.serial if piece.param.size < least else loops.parallel
