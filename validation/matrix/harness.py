"""Run one optimizer and its tf.keras twin on the same gradients, and compare."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from optlab import optimizers
from optlab.errors import InputError
from optlab.optimizers import Optimizer, RuleOptimizer
from optlab.parameters import Parameters
from optlab.typing import Array
from optlab.validation.matrix.cases import OptimizerCase
from optlab.validation.matrix.gradients import REGIMES
from optlab.validation.matrix.models import modelled
from optlab.validation.matrix.modes import step_in
from optlab.validation.matrix.tolerances import elsewhere, refused, tolerance
from optlab.validation.parity import Comparison, Tolerance, Where, compare
from optlab.validation.results import Result
from optlab.validation.runtime import load
from optlab.validation.twins.aliased import AliasedScheduleFreeAdamW
from optlab.validation.twins.optimizers import (
    configured_from_keras,
    inner_of,
    optimizer_to_keras,
    slot_arrays,
    take_over,
)
from optlab.validation.twins.products import MuonByTensorFlow

#: The parameters of every run: a matrix and a vector, neither a multiple of 8.
SHAPES: tuple[tuple[int, ...], ...] = ((24, 17), (103,))


@dataclass(frozen=True)
class Check:
    """One cell of the matrix: what to run.

    Attributes
    ----------
    threads : int or None
        Numba threads on our side; what Numba chose where None.
    engine : {"numba", "numpy"}
        How our side runs an elementwise rule: in the compiled loops, or as it is
        written, which needs no compiling and gives the same bits.
    start : float
        The size of the first parameters.
    arena : bool
        Whether our parameters and gradients share one array.
    exchange : int
        After so many steps ours is made again from the twin and its state, after twice
        as many the twin from ours; 0: both go their own way.
    excluded : tuple of int
        The parameters that are left out of the weight decay.
    loss_scale : float
        The first scale of a `LossScaleOptimizer` around the optimizer, to which every
        fifth gradient is infinite; 0: none.
    """

    case: OptimizerCase
    dtype: str
    mode: str
    regime: str
    steps: tuple[int, ...]
    threads: int | None = None
    engine: str = "numba"
    start: float = 1.0
    shapes: tuple[tuple[int, ...], ...] = SHAPES
    seed: int = 0
    arena: bool = False
    exchange: int = 0
    excluded: tuple[int, ...] = ()
    loss_scale: float = 0.0

    def mode_label(self, model: bool = False) -> str:
        """Name the mode, and what is compared with it where that is not our rule."""
        label = f"{self.mode} model" if model else self.mode
        return label if self.threads is None else f"{label}, {self.threads} threads"


def run(check: Check) -> list[Result]:
    """Run one cell of the matrix.

    Returns
    -------
    list of Result
        Our rule against tf.keras; where there is a model of what the mode computes (see
        `optlab.validation.matrix.models`), that against the same steps as well.
    """
    started = time.perf_counter()
    case, mode = check.case, check.mode
    configured = _configured(check)
    ours = _ours(configured)
    inner_of(ours).engine = check.engine
    sides = {False: ours}
    model = modelled(configured, mode)
    if model is not None:
        sides[True] = model
    last = max(check.steps)
    allowed = {side: tolerance(case, mode, check.dtype, side, last) for side in sides}
    rows = {
        side: (
            "optimizers",
            case.label,
            check.dtype,
            check.mode_label(side),
            check.regime,
        )
        for side in sides
    }
    why = refused(case.name, check.dtype)
    if why:
        return [Result(*rows[False], allowed[False], refused=why)]
    try:
        with _threads(check.threads):
            found = compare_steps(
                list(sides.values()),
                lambda variables: _twin(configured, variables, check),
                check,
                [
                    (
                        allowed[side],
                        Where(case.label, check.dtype, check.mode_label(side)),
                    )
                    for side in sides
                ],
            )
    except InputError as error:  # An older tf.keras lacks the optimizer or an option.
        return [Result(*rows[False], allowed[False], refused=str(error))]
    seconds = (time.perf_counter() - started) / len(sides)
    return [
        _result(rows[side], allowed[side], comparisons, case, check, side, seconds)
        for side, comparisons in zip(sides, found, strict=True)
    ]


def _result(
    row: tuple[str, str, str, str, str],
    allowed: Tolerance,
    found: list[Comparison],
    case: OptimizerCase,
    check: Check,
    model: bool,
    seconds: float,
) -> Result:
    """Make the row, with what is known to be another computation taken out."""
    why = "" if model else elsewhere(case, check.mode, check.regime)
    if why:
        return Result(*row, allowed, refused=why, seconds=seconds)
    return Result(*row, allowed, found, seconds=seconds)


def compare_steps(
    sides: Sequence[Optimizer],
    make_twin: Callable[[list[Any]], Any],
    check: Check,
    judged: Sequence[tuple[Tolerance, Where]],
    slots: Sequence[str] | None = None,
) -> list[list[Comparison]]:
    """Step optimizers of ours and a twin on the same gradients; compare all tensors.

    Parameters
    ----------
    sides : sequence of Optimizer
        Not built yet.
    make_twin : callable
        ``make_twin(variables) -> optimizer``, built for them.
    check : Check
        Dtype, regime, mode, steps, shapes and seed.
    judged : sequence of (Tolerance, Where)
        What passes, and what is being compared, one a side.
    slots : sequence of str, optional
        The slots to compare; all of ours where left out.

    Returns
    -------
    list of list of Comparison
        One list a side.
    """
    rng = np.random.default_rng(check.seed)
    dtype = np.dtype(check.dtype)
    start = [
        np.asarray(check.start * rng.standard_normal(shape), dtype)
        for shape in check.shapes
    ]
    variables = _variables(start)
    twin = make_twin(variables)
    step_twin = step_in(check.mode, twin)
    sides = list(sides)
    tensors = []
    for ours in sides:
        params = _parameters(start, check)
        if check.excluded:
            left = [list(params)[k] for k in check.excluded]
            inner_of(ours).exclude_from_weight_decay(left)
        ours.build(params)
        tensors.append(_tensors(params, ours, slots))
    scales = {
        name: np.abs(array, out=np.empty_like(array))
        for name, array in tensors[0].items()
    }
    found: list[list[Comparison]] = [[] for _ in sides]
    for step in range(1, max(check.steps) + 1):
        grads = [
            np.asarray(REGIMES[check.regime](rng, param.shape, dtype))
            for param in start
        ]
        if check.loss_scale and step % 5 == 0:
            grads[-1] = np.full_like(grads[-1], np.inf)
        given = Parameters.from_arrays(grads) if check.arena else grads
        for ours in sides:
            ours.apply(given)
        step_twin(grads)
        _grow(scales, tensors[0])
        if step in check.steps:
            theirs = _their_tensors(variables, twin, sides[0], slots)
            if check.loss_scale:
                theirs["scale"] = np.array(twin.dynamic_scale.numpy())
                scale = sides[0].loss_scale
                tensors[0]["scale"] = np.array(scale, np.float32)
                scales["scale"] = np.array(scale, np.float32)
            for side, (allowed, where) in enumerate(judged):
                found[side] += [
                    compare(
                        tensors[side][name],
                        expected,
                        allowed,
                        replace(where, step=step, tensor=name),
                        scales[name],
                    )
                    for name, expected in theirs.items()
                ]
        if check.exchange and step == check.exchange:
            params = _parameters([v.numpy() for v in variables], check)
            sides[0] = _taken_over(twin, params, variables, sides[0])
            tensors[0] = _tensors(params, sides[0], slots)
        elif check.exchange and step == 2 * check.exchange:
            variables = _variables(list(params))
            twin = optimizer_to_keras(_published(sides[0]), variables)
            step_twin = step_in(check.mode, twin)
    return found


def _variables(arrays: Sequence[Array]) -> list[Any]:
    """Return the twin's parameters."""
    keras = load().keras
    return [
        keras.Variable(array, dtype=array.dtype.name, name=f"p{k}")
        for k, array in enumerate(arrays)
    ]


def _parameters(arrays: Sequence[Array], check: Check) -> Parameters | list[Array]:
    """Return our parameters: copies, separate or in one arena."""
    if check.arena:
        return Parameters.from_arrays(arrays)
    return [np.array(array) for array in arrays]


def _configured(check: Check) -> Optimizer:
    """Return the optimizer of a check, not built."""
    if not check.loss_scale:
        return check.case.build()
    kept = dict(check.case.arguments)
    kept.pop("loss_scale_factor", None)
    found = replace(check.case, arguments=kept).build()
    return optimizers.LossScaleOptimizer(found, check.loss_scale, 3)


def _twin(configured: Optimizer, variables: list[Any], check: Check) -> Any:
    """Return the twin of an optimizer that is not built, built for its variables."""
    twin = optimizer_to_keras(configured)
    if check.excluded:
        left = [variables[k] for k in check.excluded]
        inner_of(twin).exclude_from_weight_decay(var_list=left)
    twin.build(variables)
    return twin


def _taken_over(
    twin: Any, params: Parameters | list[Array], variables: list[Any], before: Optimizer
) -> Optimizer:
    """Make our optimizer again, from nothing but the twin."""
    ours = _ours(configured_from_keras(twin))
    inner_of(ours).engine = inner_of(before).engine
    take_over(twin, ours, params, variables)
    return ours


#: What is stepped in the place of an optimizer that is known to differ from tf.keras's.
_READINGS: dict[type[Any], type[RuleOptimizer]] = {
    optimizers.ScheduleFreeAdamW: AliasedScheduleFreeAdamW,
    optimizers.Muon: MuonByTensorFlow,
}


def _ours(configured: Optimizer) -> Optimizer:
    """Return the optimizer to step: tf.keras's reading where its own is another."""
    reading = _READINGS.get(type(configured))
    return (
        configured if reading is None else reading.from_config(configured.get_config())
    )


def _published(ours: Any) -> Any:
    """Return the optimizer of which `ours` is tf.keras's reading, with its state."""
    for cls, reading in _READINGS.items():
        if type(ours) is reading:
            found: Any = cls.from_config(ours.get_config())
            decays = inner_of(ours).may_decay
            arrays = [np.empty_like(array) for array in ours.state["momentum"]]
            left = [array for k, array in enumerate(arrays) if not decays(k)]
            if left:
                found.exclude_from_weight_decay(left)
            found.build(arrays)
            found.load_state(ours.save_state())
            return cast(Optimizer, found)
    return ours


def _slot_names(ours: Optimizer, slots: Sequence[str] | None) -> list[str]:
    return list(ours.state) if slots is None else list(slots)


def _tensors(
    params: Parameters | list[Array], ours: Optimizer, slots: Sequence[str] | None
) -> dict[str, Array]:
    """Name our parameters and slots; all are views that later steps write to."""
    found = {f"parameter {k}": param for k, param in enumerate(params)}
    for slot in _slot_names(ours, slots):
        for k, array in enumerate(ours.state[slot]):
            if array.ndim > 0 or params[k].ndim == 0:
                found[f"{slot} {k}"] = array
    return found


def _their_tensors(
    variables: list[Any], twin: Any, ours: Optimizer, slots: Sequence[str] | None
) -> dict[str, Array]:
    found = {f"parameter {k}": v.numpy() for k, v in enumerate(variables)}
    for slot, arrays in slot_arrays(twin, _slot_names(ours, slots)).items():
        for k, array in enumerate(arrays):
            # Scalars are placeholders for slots that a vector does not need.
            scalar = len(variables[k].shape) == 0
            if array is not None and (array.ndim > 0 or scalar):
                found[f"{slot} {k}"] = array
    return found


def _grow(scales: dict[str, Array], tensors: dict[str, Array]) -> None:
    """Keep the largest finite magnitude that each element has had."""
    for name, array in tensors.items():
        size = np.abs(array)
        np.maximum(scales[name], size, out=scales[name], where=np.isfinite(size))


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Run our kernels on so many threads."""
    if count is None:
        yield
        return
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))
    try:
        yield
    finally:
        numba.set_num_threads(before)
