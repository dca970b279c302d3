r"""What an optimizer did at every k-th step: norms, ratios, slots, activations.

For each tensor w with gradient g, at a step that takes w to w + u:

.. math:: \|g\|, \quad \|w\|, \quad \|u\|, \quad \frac{\|u\|}{\|w\|},

Euclidean, summed in float64. A ratio near 1e-3 is what trained networks mostly show;
above 0.1 a step rewrites the tensor, below 1e-6 nothing is learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.errors import InputError, unknown_name
from optlab.typing import Array

#: What `Record.instruments` may name, with the columns that it fills.
INSTRUMENTS: dict[str, tuple[str, ...]] = {
    "sharpness": ("sharpness", "sharpness_residual"),
    "eigenvalues": ("eigenvalues",),
    "preconditioned_sharpness": ("preconditioned_sharpness", "threshold"),
    "trace": ("trace",),
    "noise_scale": ("gradient_variance", "gradient_signal", "noise_scale"),
    "norm_test": ("norm_test",),
    "snr": ("snr",),
    "alpha": ("alpha",),
    "distance": ("distance",),
    "update_ratio": ("update_ratio",),
    "density": ("density_nodes", "density_weights"),
}


def instrument_names(given: Any) -> tuple[str, ...]:
    """Return the instruments that are named, each once, in the table's order.

    Parameters
    ----------
    given : str or sequence of str
        Names, or one text with commas; "all", which stays as it is, is all but the
        density, which takes some twenty products.

    Raises
    ------
    InputError
        If a name is unknown.
    """
    words = given.split(",") if isinstance(given, str) else list(given)
    wanted = {str(word).strip().replace("-", "_") for word in words} - {""}
    known = ("all", *INSTRUMENTS)
    for word in sorted(wanted.difference(known)):
        raise unknown_name("instrument", word, known)
    return tuple(name for name in known if name in wanted)


@dataclass(frozen=True)
class Record:
    """What to record, and how often.

    Parameters
    ----------
    every : int
        Record steps 0, every, 2 * every, ...
    slots : bool
        Whether to record the norms of the optimizer's slots.
    activations : bool
        Whether to record mean, standard deviation and share of zeros of each layer's
        output. Only `fit` has layers.
    values : bool
        Whether to keep every single number of parameters, gradients, updates and slots,
        as `minimize` does. Memory: four to six times the model for each recorded step.
    instruments : str or sequence of str
        Which instruments of `optlab.instruments` to read, on the step's batch: names of
        `INSTRUMENTS`, or "all". Only `fit` has them.

    Raises
    ------
    InputError
        If `every` is not a positive integer, or an instrument is unknown.
    """

    every: int = 1
    slots: bool = True
    activations: bool = True
    values: bool = False
    instruments: str | Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check `every` and the instruments' names."""
        object.__setattr__(self, "instruments", instrument_names(self.instruments))
        every = self.every
        if isinstance(every, bool) or not isinstance(every, (int, np.integer)):
            raise InputError(
                f"`every` must be an integer of at least 1. Received: every={every!r}"
            )
        if every < 1:
            raise InputError(f"`every` must be at least 1. Received: every={every}")

    @classmethod
    def of(cls, record: Any, **defaults: Any) -> Record | None:
        """Return what `record=` stands for: None or 0, a step count, or a Record."""
        if record is None or record is False or isinstance(record, cls):
            return record or None
        if record is True:
            return cls(**defaults)
        if isinstance(record, Mapping):
            for key in record:
                if key not in cls.__dataclass_fields__:
                    raise unknown_name(
                        "field of `record`,", key, cls.__dataclass_fields__
                    )
            return cls(**{**defaults, **record})
        if not isinstance(record, (int, np.integer)):
            raise InputError(
                "`record` must be a number of steps or a Record. "
                f"Received: record={record!r}"
            )
        return cls(every=int(record), **defaults) if record != 0 else None


class Trace:
    """The recorded steps of a run.

    Every attribute that is an array has one row for each recorded step.

    Attributes
    ----------
    names : tuple of str
        The tensors' names.
    layers : tuple of str
        The layers' names; empty where activations were not recorded.
    steps : ndarray of int, shape (rows,)
        Which steps, counted from 0.
    loss, learning_rate : ndarray, shape (rows,)
        The batch's loss before the update (the value at the point, for `minimize`), and
        the rate that was used.
    gradient_norm, parameter_norm, update_norm : ndarray, shape (rows, tensors)
        Euclidean norms; the parameters' before the update.
    gradient_mean, gradient_std : ndarray, shape (rows, tensors)
        Mean and standard deviation of each gradient's entries.
    slots : dict of str to ndarray, shape (rows, tensors)
        The norm of each of the optimizer's slots, after the update.
    activation_mean, activation_std, activation_zero : ndarray, shape (rows, layers)
        Of each layer's output over the batch; the last is the share of exact zeros.
    parameters, gradients, updates : ndarray, shape (rows, size), or None
        Every number, where `Record.values` asked for it: parameters before the update,
        and their change.
    slot_values : dict of str to ndarray, shape (rows, size)
        The same of each slot, after the update.
    instruments : dict of str to ndarray, shape (rows,) or (rows, ...)
        What `Record.instruments` asked for, by column: see `optlab.instruments`.
    """

    _ROWS = (
        "steps",
        "loss",
        "learning_rate",
        "gradient_norm",
        "parameter_norm",
        "update_norm",
        "gradient_mean",
        "gradient_std",
        "activation_mean",
        "activation_std",
        "activation_zero",
        "parameters",
        "gradients",
        "updates",
    )

    def __init__(
        self, names: Sequence[str], layers: Sequence[str] = (), every: int = 1
    ) -> None:
        self.names = tuple(names)
        self.layers = tuple(layers)
        self.every = every
        self._rows: dict[str, list[Any]] = {name: [] for name in self._ROWS}
        self._slots: dict[str, list[Any]] = {}
        self._slot_values: dict[str, list[Any]] = {}
        self._instruments: dict[str, list[Any]] = {}
        #: What the instruments go on from.
        self.instrument_state: dict[str, Array] = {}

    def __len__(self) -> int:
        """Return the number of recorded steps."""
        return len(self._rows["steps"])

    def __getattr__(self, name: str) -> Any:
        """Return the rows of a quantity as one array."""
        if name not in Trace._ROWS:
            raise AttributeError(f"a Trace has no attribute {name!r}")
        rows = self._rows[name]
        if name in ("parameters", "gradients", "updates") and not rows:
            return None
        if name == "steps":
            return np.array(rows, np.int64)
        if name.startswith("activation") and not rows:
            return np.zeros((len(self), 0))
        return np.array(rows, None if rows else np.float64)

    @property
    def ratio(self) -> Array:
        """The update's norm over the parameter's, NaN where the latter is 0."""
        norms = self.parameter_norm
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(norms > 0, self.update_norm / norms, np.nan)

    @property
    def slots(self) -> dict[str, Array]:
        """The norm of each slot, shape (rows, tensors)."""
        return {name: np.array(rows) for name, rows in self._slots.items()}

    @property
    def slot_values(self) -> dict[str, Array]:
        """Every number of each slot, shape (rows, size)."""
        return {name: np.array(rows) for name, rows in self._slot_values.items()}

    @property
    def instruments(self) -> dict[str, Array]:
        """The figures of each instrument, by column."""
        return {name: np.array(rows) for name, rows in self._instruments.items()}

    def copy(self) -> Trace:
        """Return a trace that can grow without changing this one."""
        return Trace.from_state(self.save_state())

    def save_state(self) -> dict[str, Any]:
        """Return names and arrays, from which `from_state` makes the trace again."""
        arrays = {name: getattr(self, name) for name in self._ROWS if self._rows[name]}
        return {
            "names": list(self.names),
            "layers": list(self.layers),
            "every": self.every,
            "rows": arrays,
            "slots": self.slots,
            "slot_values": self.slot_values,
            "instruments": self.instruments,
            "instrument_state": self.instrument_state,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Trace:
        """Return the trace that `save_state` described."""
        trace = cls(state["names"], state["layers"], int(state["every"]))
        for name, rows in state["rows"].items():
            trace._rows[name] = list(rows)
        trace._slots = {name: list(rows) for name, rows in state["slots"].items()}
        trace._slot_values = {
            name: list(rows) for name, rows in state["slot_values"].items()
        }
        # Records from before there were instruments lack both.
        instruments = state.get("instruments", {})
        trace._instruments = {name: list(rows) for name, rows in instruments.items()}
        trace.instrument_state = dict(state.get("instrument_state", {}))
        return trace
