"""What all optimizers share: building, applying, options, state, configuration.

A call to `apply` does, in tf.keras's order: divide by the loss scale, accumulate, clip,
decay the weights, run the update rule, average, count. Clipping factors, decay and rule
run in one fused pass over memory (`optlab.kernels.fuse`).
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy import ndarray

from optlab.errors import InputError, InputTypeError
from optlab.kernels import fuse, sums, transforms
from optlab.kernels.fingerprint import RuleError
from optlab.kernels.floating_point import flush_subnormals
from optlab.lookup import snake_case
from optlab.optimizers.checks import (
    Array,
    as_list,
    check_arrays,
    check_gradient,
    checked_rate,
    flat,
    float32_rounded,
    global_factor,
    is_same,
    owner_of,
    read_only,
)
from optlab.optimizers.hyperparameters import (
    Hyperparameter,
    Patterns,
    bound,
    declared,
    signature,
)
from optlab.optimizers.options import OPTIONS, Options
from optlab.optimizers.state import OptimizerState
from optlab.parameters import Parameters

Tensors: TypeAlias = Parameters | Sequence[Array]

#: Elements from which a step uses all threads. On two idle processors that is quicker
#: from some 3e4 on (`benchmarks/bench_threshold.py`), but by half only from here, and
#: threads once woken disturb what comes after the step: see `optlab.training.threads`.
PARALLEL_FROM = 100_000
#: Mean elements of a tensor up to which gradients are gathered for one scattered call.
GATHER_UP_TO = 8_192


@dataclass(frozen=True)
class Rule:
    """An update rule with what it needs: see `optlab.kernels.fuse.FusedRule`.

    Attributes
    ----------
    function, coefficients : callable
        The rule, and what it needs that does not depend on the element.
    slots : tuple of str
        The names of the state arrays, tf.keras's own.
    initial : mapping
        Values that slots begin with, where not 0.
    elementwise : bool
        Whether the function may be run element by element. A rule that needs the whole
        tensor, for a norm or a matrix product, runs on NumPy arrays.
    """

    function: Callable[..., Any]
    coefficients: Callable[..., Any]
    slots: tuple[str, ...] = ()
    initial: Mapping[str, float] = field(default_factory=dict)
    elementwise: bool = True


@dataclass
class Piece:
    """One tensor, or one whole arena, as the kernels see it: flat arrays."""

    index: int
    param: Array
    slots: tuple[Array, ...]
    shape: tuple[int, ...]
    decays: bool


#: A fused loop, the flat parameters and the flat slots that it steps.
Call: TypeAlias = tuple[Callable[..., None], Array, tuple[Array, ...]]


class Optimizer(OptimizerState):
    """Base of all optimizers.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate, or a function of the step (from 0) that returns it.
    **arguments
        The hyperparameters that the class declares, and the options that all share:
        see `optlab.optimizers.Options`.

    Raises
    ------
    InputError
        If an argument is unknown or a value out of range.

    Notes
    -----
    A subclass declares its hyperparameters in its body, in tf.keras's order, as
    `optlab.optimizers.hyperparameters` says; its constructor follows from them.
    """

    #: What the learning rate is where it is left out.
    default_rate: ClassVar[float] = 0.001
    #: What the class declares, and what its bases do.
    hyperparameters: ClassVar[Mapping[str, Hyperparameter]] = {}
    #: The names of the constructor's arguments besides rate and options.
    arguments: ClassVar[tuple[str, ...]] = ()
    #: "numba" runs an elementwise rule in fused loops; "numpy" runs it as it is
    #: written, on arrays, to the same bits. To be set before `build`.
    engine: str = "numba"

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        own = declared(cls)
        inherited = {k: v for k, v in cls.hyperparameters.items() if k not in own}
        cls.hyperparameters = {**own, **inherited}
        if "arguments" not in vars(cls):
            cls.arguments = tuple(k for k in cls.hyperparameters if k not in OPTIONS)
        if "__init__" in vars(cls):
            made = inspect.signature(cls.__init__)
            rest = list(made.parameters.values())[1:]
            cls.__signature__ = made.replace(parameters=rest)  # type: ignore[attr-defined]
        elif cls.__init__ is Optimizer.__init__:
            cls.__signature__ = signature(  # type: ignore[attr-defined]
                cls.hyperparameters, OPTIONS, cls.default_rate
            )

    def __init__(self, *args: Any, **arguments: Any) -> None:
        cls = type(self)
        names = ["learning_rate", *cls.hyperparameters]
        given = bound(cls.__name__, names, OPTIONS, args, arguments)
        rate = given.pop("learning_rate", cls.default_rate)
        for name, each in cls.hyperparameters.items():
            value = each.checked(given.pop(name, each.default))
            vars(self)[name] = value
            if name in OPTIONS:
                given[name] = value
        self.options = Options(**given)
        self.name = self.options.name or snake_case(cls.__name__)
        self._rate = checked_rate(rate)
        self._calls = 0
        self._excluded: tuple[list[Any], re.Pattern[str] | None] = ([], None)
        self.built = False

    # What a subclass says about itself.

    @property
    def rule(self) -> Rule:
        """The update rule that these arguments select."""
        raise NotImplementedError

    def hyper(self) -> tuple[float, ...]:
        """Return what `Rule.coefficients` takes after the learning rate."""
        return ()

    # Building.

    def build(self, params: Tensors) -> None:
        """Make the state for `params`, which `apply` will update in place.

        Parameters
        ----------
        params : Parameters or list of ndarray
            An arena, or separate C-contiguous arrays, float32 or float64.

        Raises
        ------
        InputTypeError
            If it holds no plain arrays, a dtype is neither float32 nor float64, or
            dtypes are mixed.
        InputError
            If an array is not contiguous, is read-only or shares memory with another,
            or the optimizer is built already for other parameters.
        """
        arrays = as_list("params", params)
        if self.built:
            if not self._same(arrays):
                check_arrays(arrays)
                raise InputError(
                    f"{self.name} is built for other parameters. "
                    "Make a new optimizer for a second model."
                )
            return
        check_arrays(arrays)
        self._arrays = arrays = list(arrays)
        owners = [owner_of(array) for array in arrays]
        self._owner = owners[0] if len(owners) == 1 else None
        self._owners = {id(owner): owner for owner in owners}
        self._arena = params if isinstance(params, Parameters) else None
        self._written = arrays if self._arena is None else [self._arena.flat]
        self.dtype = arrays[0].dtype if arrays else np.dtype("float32")
        names = self._arena.names if self._arena else None
        self._layout = Parameters([a.shape for a in arrays], self.dtype, names)
        self._shapes = [a.shape for a in arrays]
        self._slots: dict[str, Parameters] = {}
        self._make_slots()
        if self.options.use_ema:
            self._slots["average"] = self._layout.zeros_like()
        if self.options.gradient_accumulation_steps:
            self._slots["gradient_accumulator"] = self._layout.zeros_like()
        self._gathered = self._layout
        self._gathered_flats = [g.reshape(-1) for g in self._gathered.arrays]
        decays = [self._decays(k) for k in range(len(arrays))]
        self._pieces = [self._piece(k, decays[k]) for k in range(len(arrays))]
        sizes = [a.size for a in arrays]
        self._edges = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._addresses = np.array([a.ctypes.data for a in arrays], np.int64)
        one_decay = len(set(decays)) <= 1
        if not self.rule.elementwise:
            self.engine = "numpy"
        self._at_once = (
            one_decay and self.options.clip != "norm" and self.rule.elementwise
        )
        self._whole = None
        if self._arena is not None and arrays and self.rule.elementwise:
            slots = tuple(self._slots[name].flat for name in self.slot_names)
            flat = self._arena.flat
            self._whole = Piece(-1, flat, slots, flat.shape, decays[0])
        self._gathers = len(arrays) > 1 and np.mean(sizes) <= GATHER_UP_TO
        self._simple = not (
            self.options.use_ema
            or self.options.gradient_accumulation_steps
            or self.options.loss_scale_factor is not None
        )
        self._is_float32 = self.dtype == np.float32
        self._clips = self.options.clip != "none"
        self._clip = np.zeros(3, self.dtype)
        self._clip[2] = float32_rounded(self.options.weight_decay or 0.0)
        self._loops = {}
        if self.rule.elementwise:
            self._loops = {decay: self._fused(decay) for decay in set(decays)}
        self._hyper = np.zeros(2 + len(self.hyper()), self.dtype)
        self._refresh_hyper()
        self._only = self._only_call()
        self.built = True

    def _make_slots(self) -> None:
        for name in self.slot_names:
            arena = self._layout.zeros_like()
            arena.flat[:] = self.rule.initial.get(name, 0.0)
            self._slots[name] = arena

    def _only_call(self) -> Call | None:
        """Return the call that makes a step of a single tensor, where one call does."""
        if len(self._pieces) != 1 or self.engine != "numba":
            return None
        if not self._simple or self._clips:
            return None
        (piece,) = self._pieces
        return self._loop(piece), piece.param, piece.slots

    def _fused(self, decay: bool) -> fuse.FusedRule:
        rule = self.rule
        made_of = (rule.function, rule.coefficients, rule.slots)
        try:
            return fuse.fuse(*made_of, self.options.clip, decay)
        except RuleError as error:
            raise InputTypeError(str(error)) from None

    @property
    def slot_names(self) -> tuple[str, ...]:
        """The names of the state arrays of the rule."""
        return self.rule.slots

    def _piece(self, k: int, decays: bool) -> Piece:
        array = self._arrays[k]
        slots = tuple(self._slots[s].arrays[k] for s in self.slot_names)
        if self.rule.elementwise:
            slots = tuple(slot.reshape(-1) for slot in slots)
        shape = (array.size,) if self.rule.elementwise else array.shape
        return Piece(k, array.reshape(-1), slots, shape, decays)

    def _refresh_hyper(self) -> None:
        """Write the scalars of the rule again; needed after one was changed."""
        self._hyper[0] = 1.0
        self._written_rate = 0.0  # what stands at 1, which a step compares by identity
        self._hyper[1] = self._written_rate
        self._hyper[2:] = self.hyper()

    def _same(self, arrays: Sequence[Array]) -> bool:
        return len(arrays) == len(self._arrays) and all(
            map(is_same, arrays, self._arrays)
        )

    # Applying.

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Update the parameters in place by one step.

        Parameters
        ----------
        grads : Parameters or list of (ndarray or None)
            One gradient a parameter, of its shape and dtype. None leaves that
            parameter and its state as they are.
        params : Parameters or list of ndarray, optional
            The parameters; the first call builds the optimizer for them.

        Raises
        ------
        InputTypeError
            If a gradient is no plain array, or of another dtype than its parameter.
        InputError
            If the optimizer is not built, counts or shapes disagree, or a parameter
            has become read-only. Nothing has been changed then.

        Notes
        -----
        From 100,000 parameters on a step uses all of Numba's threads, which then wait
        for some milliseconds in a busy loop. `optlab.fit` tries whether that disturbs
        its matrix products. In a loop of your own ``numba.set_num_threads(1)``, or
        GOMP_SPINCOUNT=1000 in the environment, may make the whole quicker.
        """
        if params is not None:
            self.build(params)
        elif not self.built:
            raise InputError(
                "The optimizer is not built: pass the parameters as well, "
                "`apply(grads, params)`, or call `build(params)` first."
            )
        try:
            kind = grads.__class__
            if self._only is not None and (kind is list or kind is Parameters):
                # One tensor, one call: half of a step of a microsecond is here.
                grad = grads[0] if len(grads) == 1 else None
                if (
                    grad.__class__ is ndarray
                    and grad.dtype is self.dtype
                    and grad.shape == self._shapes[0]
                    and grad.flags.carray
                    and self._written[0].flags.writeable
                ):
                    owner = grad if grad.base is None else grad.base
                    if owner.__class__ is ndarray and owner is not self._owner:
                        loop, param, slots = self._only
                        rate = self._rate
                        if rate.__class__ is not float or not self._is_float32:
                            rate = float32_rounded(self._current_rate())
                        if rate is not self._written_rate:
                            self._hyper[1] = self._written_rate = rate
                        row = grad if grad.ndim == 1 else grad.reshape(-1)
                        loop(
                            self._calls + 1, self._hyper, self._clip, param, row, *slots
                        )
                        self._calls += 1
                        return
            flats = self._flattened(grads)
            if self._simple:
                self._update(flats)
            else:
                self._update_with_options(flats)
            self._calls += 1
        except fuse.NumbaError as error:
            message = fuse.compile_error(self.rule.function, error)
            raise InputTypeError(str(message)) from error

    def _flattened(self, grads: Tensors) -> list[Any]:
        """Check the gradients; return them flat, one a tensor or the whole arena."""
        for array in self._written:
            if not array.flags.writeable:
                raise read_only(self._written)
        if isinstance(grads, Parameters):
            if grads.shapes == self._layout.shapes and grads.dtype == self.dtype:
                if self._whole is not None and self._at_once and self._simple:
                    return [self._apart(grads.flat)]
                return [self._apart(g.reshape(-1)) for g in grads.arrays]
        checked, missing = self._counted_gradients(grads)
        if self._gathers and not missing:
            np.concatenate(checked, axis=None, out=self._gathered.flat)
            return self._gathered_flats
        return [g if g is None else self._apart(flat(g)) for g in checked]

    def checked_gradients(self, grads: Any) -> list[Any]:
        """Return gradients as a list, one a parameter, or say what is wrong with one.

        Raises
        ------
        InputError
            As `apply` does.
        """
        return self._counted_gradients(grads)[0]

    def _counted_gradients(self, grads: Any) -> tuple[list[Any], int]:
        arrays = as_list("grads", grads)
        if len(arrays) != len(self._shapes):
            raise InputError(
                "`grads` must hold one gradient a parameter: "
                f"{len(self._shapes)} expected. Received: {len(arrays)}"
            )
        dtype = self.dtype
        missing = 0
        for k, (grad, shape) in enumerate(zip(arrays, self._shapes, strict=True)):
            if grad is None:
                missing += 1
            elif (
                grad.__class__ is not ndarray
                or grad.dtype is not dtype
                or grad.shape != shape
            ):
                check_gradient(grad, k, shape, dtype)
        if missing == len(arrays) > 0:
            raise InputError("No gradients provided for any parameter.")
        return arrays, missing

    def _apart(self, row: Array) -> Array:
        """Return a gradient that shares no memory with a parameter; mostly as it is."""
        owner = row if row.base is None else row.base
        if owner.__class__ is ndarray and id(owner) not in self._owners:
            return row
        if any(np.may_share_memory(row, array) for array in self._arrays):
            return row.copy()
        return row

    def _update(self, flats: list[Array]) -> None:
        """Clip, decay and run the rule; `flats` as `_flattened` returns them."""
        hyper = self._hyper
        rate = self._rate if self._rate.__class__ is float else self._current_rate()
        self._written_rate = rate if self._is_float32 else float32_rounded(rate)
        hyper[1] = self._written_rate
        step = (self._calls if self._simple else self.iterations) + 1
        if self._clips:
            self._prepare_clip(flats)
        whole = self._whole
        if len(flats) == 1:
            self._run(step, whole or self._pieces[0], flats[0])
        elif self._at_once and flats is self._gathered_flats and whole is not None:
            self._run(step, whole, self._gathered.flat)
        elif self._at_once and flats is self._gathered_flats and self.engine == "numba":
            gathered = self._gathered.flat
            slots = [self._slots[name].flat for name in self.slot_names]
            self._loops[self._pieces[0].decays].scattered(
                step, hyper, self._clip, self._addresses, self._edges, gathered, *slots
            )
        else:
            for piece, grad in zip(self._pieces, flats, strict=True):
                if grad is not None:
                    self._run(step, piece, grad)

    def _run(self, step: int, piece: Piece, grad: Array) -> None:
        """Run the fused loop over one piece, or the rule on whole arrays."""
        if self._clips and self.options.clip == "norm":
            with flush_subnormals():
                self._clip[0] = self.options.clipnorm
                self._clip[1] = np.maximum(sums.norm_eigen(grad), self._clip[0])
        if self.engine == "numpy":
            self._run_on_arrays(step, piece, grad)
            return
        loop = self._loop(piece)
        loop(step, self._hyper, self._clip, piece.param, grad, *piece.slots)

    def _loop(self, piece: Piece) -> Callable[..., None]:
        """Return the loop that steps one piece: serial, or parallel if it is large."""
        loops = self._loops[piece.decays]
        return loops.serial if piece.param.size < PARALLEL_FROM else loops.parallel

    def _run_on_arrays(self, step: int, piece: Piece, grad: Array) -> None:
        """Run the rule as it is written, on the NumPy arrays of one piece."""
        rule = self.rule_for(piece.index)
        one, rate, *hyper = self.hyper_for(piece.index)
        decay_rate = self._hyper[1]
        with flush_subnormals(), np.errstate(all="ignore"):
            g = self._clipped(grad)
            p = piece.param
            if piece.decays:
                p = p - (p * self._clip[2]) * decay_rate
            shape = piece.shape
            found = rule.function(
                p.reshape(shape),
                g.reshape(shape),
                *piece.slots,
                *rule.coefficients(one, self.dtype.type(step), rate, *hyper),
            )
            targets = (piece.param.reshape(shape), *piece.slots)
            for target, value in zip(targets, found, strict=True):
                target[...] = value

    def rule_for(self, k: int) -> Rule:
        """Return the rule of one tensor; most optimizers have one for all."""
        return self.rule

    def hyper_for(self, k: int) -> tuple[Any, ...]:
        """Return 1, the rate and the hyperparameters of one tensor, in its dtype."""
        return tuple(self._hyper)

    def _clipped(self, grad: Array) -> Any:
        clip = self._clip
        match self.options.clip:
            case "norm":
                return (grad * clip[0]) / clip[1]
            case "factor":
                return grad * clip[0]
            case "value":
                return np.maximum(np.minimum(grad, clip[0]), -clip[0])
        return grad

    def _prepare_clip(self, flats: list[Array]) -> None:
        """Set the numbers of the clip that are the same for every tensor."""
        if self.options.clip == "value":
            self._clip[0] = self.options.clipvalue
        elif self.options.clip == "factor":
            if len(flats) == 1 and self._whole is not None:
                flats = [flats[0][a:b] for a, b in self._spans()]
            with flush_subnormals():
                squares = [sums.sum_of_squares_eigen(f) for f in flats if f is not None]
            self._clip[0] = global_factor(
                np.array(squares, self.dtype), self.options.global_clipnorm or 0.0
            )

    def _spans(self) -> list[tuple[int, int]]:
        edges = self._edges.tolist()
        return list(itertools.pairwise(edges))

    def _update_with_options(self, flats: list[Array]) -> None:
        """Scale, accumulate, update and average, in tf.keras's order."""
        options = self.options
        steps = options.gradient_accumulation_steps
        scale = options.loss_scale_factor
        if scale is not None or steps:
            flats = self._scaled_and_summed(flats, scale, steps)
        if not steps or (self._calls + 1) % steps == 0:
            self._update(flats)
            if steps:
                self._slots["gradient_accumulator"].flat[:] = 0
        if options.use_ema:
            self._average()

    def _scaled_and_summed(
        self, flats: list[Array], scale: float | None, steps: int | None
    ) -> list[Array]:
        """Return new gradients divided by the scale, and by the steps they sum over."""
        due = bool(steps) and (self._calls + 1) % (steps or 1) == 0
        results: list[Any] = []
        with flush_subnormals(), np.errstate(all="ignore"):
            for k, flat in enumerate(flats):
                if flat is None:
                    results.append(None)
                    continue
                if scale is not None:
                    flat = flat / self.dtype.type(scale)
                if steps:
                    total = self._slots["gradient_accumulator"].arrays[k].reshape(-1)
                    total += flat
                    if due:
                        total /= self.dtype.type(steps)
                    flat = total
                results.append(flat)
        return results

    def _average(self) -> None:
        """Advance the moving average; from the second step on it has momentum."""
        momentum = self.options.ema_momentum if self.iterations else 0.0
        averages = self._slots["average"]
        for array, average in zip(self._arrays, averages.arrays, strict=True):
            transforms.moving_average(
                average.reshape(-1), array.reshape(-1), self.dtype.type(momentum)
            )
        every = self.options.ema_overwrite_frequency
        if every and (self.iterations + 1) % every == 0:
            self.finalize_variable_values()

    def finalize_variable_values(self) -> None:
        """Replace the parameters by their moving average, where one is kept."""
        if self.options.use_ema and self.built:
            for array, average in zip(
                self._arrays, self._slots["average"].arrays, strict=True
            ):
                array[...] = average

    # Weight decay.

    def exclude_from_weight_decay(
        self,
        var_list: Sequence[Array] | None = None,
        var_names: Sequence[str] | None = None,
    ) -> None:
        """Leave some parameters out of the weight decay; call it before `build`.

        Parameters
        ----------
        var_list : sequence of ndarray, optional
            The parameters themselves.
        var_names : sequence of str, optional
            Patterns; a parameter is left out where its name holds one of them. Names
            are those of the `Parameters` arena.

        Raises
        ------
        InputError
            If the optimizer is built already.
        """
        if self.built:
            raise InputError(
                "`exclude_from_weight_decay()` can only be called before the "
                "optimizer is built."
            )
        words = Patterns.checked_as("var_names", var_names)
        pattern = re.compile("|".join(words)) if words else None
        self._excluded = (list(var_list or ()), pattern)

    def _decays(self, k: int) -> bool:
        return self.options.weight_decay is not None and self.may_decay(k)

    @property
    def excludes(self) -> bool:
        """Whether `exclude_from_weight_decay` was called with anything."""
        arrays, pattern = self._excluded
        return bool(arrays) or pattern is not None

    def may_decay(self, k: int) -> bool:
        """Tell whether parameter `k` is not excluded from the weight decay."""
        arrays, pattern = self._excluded
        named = pattern is not None and pattern.search(self._layout.names[k])
        return not named and not any(
            a.shape == self._shapes[k] and np.shares_memory(a, self._arrays[k])
            for a in arrays
        )

    def __repr__(self) -> str:
        shown = ", ".join(f"{n}={getattr(self, n)!r}" for n in self.arguments)
        rate = self._rate if callable(self._rate) else f"{self._rate:g}"
        comma = ", " if shown else ""
        return f"{type(self).__name__}(learning_rate={rate}{comma}{shown})"
