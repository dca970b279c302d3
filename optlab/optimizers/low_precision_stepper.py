"""The machine of `LowPrecision`: state of few bits, and the loops over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.errors import InputTypeError
from optlab.kernels import fuse
from optlab.kernels.fingerprint import RuleError
from optlab.kernels.floating_point import flush_subnormals
from optlab.kernels.low_precision import dynamic_code
from optlab.kernels.low_precision.arrays import step_arrays
from optlab.kernels.low_precision.formats import FORMATS
from optlab.kernels.low_precision.layout import Layout
from optlab.kernels.low_precision.loops import LowPrecisionLoops, low_precision_loops
from optlab.kernels.low_precision.noise import mixed
from optlab.kernels.rules.weight_decay import decay_weights
from optlab.optimizers.clipping import Clipping
from optlab.optimizers.hyperparameters import float32_rounded
from optlab.optimizers.parameter_set import ParameterSet, Tensors, flat
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.stepper import PARALLEL_FROM
from optlab.parameters import aligned_zeros
from optlab.typing import Array

#: The format of parameters by NumPy's dtype.
PARAMS = {"uint16": "bfloat16", "float16": "float16"}
#: Slots that are never negative, and have a bit more without a sign.
UNSIGNED = ("velocity",)


class LowPrecisionStepper:
    """Steps a set of parameters of few bits.

    Parameters
    ----------
    params : ParameterSet
        What it updates in place.
    inner : RuleOptimizer
        What has the rule.
    settings : LowPrecision
        How numbers are kept.
    """

    def __init__(
        self, params: ParameterSet, inner: RuleOptimizer, settings: Any
    ) -> None:
        self.params = params
        self._rule, self._engine = inner.rule, inner.engine
        self._format = PARAMS.get(params.dtype.name, "float32")
        wide = np.dtype("float64" if params.dtype == np.float64 else "float32")
        self.clipping = Clipping(inner.options, wide)
        self._layout = self._made_layout(settings)
        self._seeds = mixed(
            np.arange(len(params), dtype=np.uint64) ^ np.uint64(settings.seed)
        )
        self._make_state()
        shares = inner.shares(params)
        decays = [
            s.weight_decay is not None and inner.may_decay(k)
            for k, s in enumerate(shares)
        ]
        made = {d: self._loops(d) for d in set(decays)}
        self._made = [made[d] for d in decays]
        self._hyper = np.zeros(fuse.HEAD + len(inner.hyper()), wide)
        self._hyper[0] = 1.0
        self._hyper[2] = float32_rounded(inner.options.weight_decay or 0.0)
        self._hyper[fuse.HEAD :] = inner.hyper()

    def _made_layout(self, settings: Any) -> Layout:
        kinds = [settings.state_dtype] * len(self._rule.slots)
        if settings.state_dtype == "uint8":
            named = self._rule.slots
            kinds = ["unsigned" if n in UNSIGNED else "signed" for n in named]
        return Layout(
            self._format,
            tuple(kinds),
            settings.rounding == "stochastic",
            settings.master_copy,
            settings.block_size,
        )

    def _make_state(self) -> None:
        layout, rule = self._layout, self._rule
        self.state: dict[str, list[Array]] = {}
        scales: dict[str, list[Array]] = {}
        for name, kind in zip(rule.slots, layout.slots, strict=True):
            begun = np.float32(rule.initial.get(name, 0.0))
            self.state[name] = [_filled(s, kind, begun) for s in self.params.shapes]
            if kind not in FORMATS:
                sizes = [array.size for array in self.params.arrays]
                blocks = [-(-size // layout.block) for size in sizes]
                scales[f"{name}_scale"] = [np.zeros(n, np.float32) for n in blocks]
        self.state |= scales
        if layout.master:
            load: Any = FORMATS[layout.param].load
            self.state["master"] = [
                np.ascontiguousarray(load(a.view(np.uint16)))
                for a in self.params.arrays
            ]

    def decoded(self) -> dict[str, list[Array]]:
        """Return the slots as float32, in their parameters' shapes."""
        found: dict[str, list[Array]] = {}
        for name, kind in zip(self._rule.slots, self._layout.slots, strict=True):
            if kind in FORMATS:
                load = FORMATS[kind].load or np.copy
                found[name] = [np.asarray(load(a)) for a in self.state[name]]
                continue
            decode: Callable[..., Any] = getattr(dynamic_code, f"decode_{kind}")
            found[name] = []
            pairs = zip(self.state[name], self.state[f"{name}_scale"], strict=True)
            for codes, scales in pairs:
                each = np.repeat(scales, self._layout.block)[: codes.size]
                values = decode(codes.reshape(-1)) * each
                found[name].append(values.reshape(codes.shape))
        return found

    def step(self, grads: Tensors, calls: int, rate: float) -> None:
        """Update the parameters.

        Parameters
        ----------
        grads : list of (ndarray or None)
            One gradient a parameter, of its dtype.
        calls : int
            The steps before this one.
        rate : float
            The learning rate.

        Raises
        ------
        InputTypeError, InputError
            If the gradients do not fit; see `ParameterSet`.
        """
        params = self.params
        params.check_writeable()
        given, _ = params.counted_gradients(grads)
        rows = [g if g is None else params.apart(flat(g)) for g in given]
        self._hyper[1] = float32_rounded(rate)
        widened = self._widened(rows)
        if self.clipping.function is not None:
            self.clipping.measure_all(widened)
        for k, row in enumerate(rows):
            if row is not None:
                if self.clipping.by_tensor:
                    self.clipping.measure(widened[k])
                self._step_one(k, row, calls + 1)

    def _widened(self, rows: list[Any]) -> list[Any]:
        """Return the gradients as clipping measures them."""
        load = FORMATS[self._format].load
        if self.clipping.function is None or load is None:
            return rows
        return [r if r is None else load(r.view(np.uint16)) for r in rows]

    def _step_one(self, k: int, row: Array, step: int) -> None:
        param = self.params.arrays[k].reshape(-1)
        if self._format != "float32":
            param, row = param.view(np.uint16), row.view(np.uint16)
        arrays = [found[k].reshape(-1) for found in self.state.values()]
        loops = self._made[k]
        numbers = step, self._seeds[k], self._hyper, self.clipping.bounds
        if self._engine == "numpy":
            with flush_subnormals(), np.errstate(all="ignore"):
                step_arrays(loops, *numbers, param, row, *arrays)
            return
        small = param.size < PARALLEL_FROM
        (loops.serial if small else loops.parallel)(*numbers, param, row, *arrays)

    def _loops(self, decays: bool) -> LowPrecisionLoops:
        rule = self._rule
        decay = decay_weights if decays else None
        try:
            return low_precision_loops(
                rule.function,
                rule.coefficients,
                self._layout,
                self.clipping.function,
                decay,
            )
        except RuleError as error:
            raise InputTypeError(str(error)) from None


def _filled(shape: tuple[int, ...], kind: str, value: Any) -> Array:
    """Return an array of a slot at its beginning."""
    size = int(np.prod(shape))
    if kind not in FORMATS:
        return aligned_zeros(size, np.uint8).reshape(shape)
    how = FORMATS[kind]
    array = aligned_zeros(size, how.storage)
    array[:] = value if how.nearest is None else how.nearest(np.full(1, value), 0)
    return array.reshape(shape)
