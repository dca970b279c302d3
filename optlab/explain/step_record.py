"""The numbers of one step, and which of them become columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.explain.explanation import Cell
from optlab.explain.recorder import Call, Recorder, Recorders
from optlab.typing import Array

#: What goes into the rule, where an option has changed it before.
USED, DECAYED = "g_used", "parameter_decayed"
#: What a clip takes that is measured on the gradients.
MEASURED = ("norm", "factor")


class StepRecord:
    """The numbers of one step by name, in the order they came up."""

    def __init__(self, count: int, grad: Cell) -> None:
        self.cells: dict[str, Cell] = {"t": count, "g": grad}
        #: Names that came in from outside: constants, where no row differs.
        self.given: set[str] = set()
        #: Names that need no column, where no row differs.
        self.idle: set[str] = set()
        self.ran = False

    def add(self, name: str, value: Any, given: bool = False) -> None:
        """Add a number; another one of the same name gets a number of its own."""
        cell = cell_of(value)
        if cell is None or (name in self.given and same(self.cells[name], cell)):
            return
        if name in self.cells:
            again = 2
            while f"{name} ({again})" in self.cells:
                again += 1
            name = f"{name} ({again})"
        self.cells[name] = cell
        if given:
            self.given.add(name)

    def add_step(self, recorders: Recorders, before: Array, grad: Array) -> None:
        """Add what clip, decay, coefficients and rule computed, if they were run."""
        once, each = recorders.coefficients.last, recorders.function.last
        if once is None or each is None:
            return
        self.ran = True
        slots = len(recorders.rule.slots)
        later = _next_step(once, recorders.coefficients)
        one = self._add_coefficients(once, later)
        self._add_options(recorders)
        names = list(each.arguments)
        known = [one, *(value for _, value in once.bound)]
        taken = zip(names[2 + slots :], once.returned, later.returned, strict=True)
        for name, value, then in taken:
            if not any(value is other for other in known):
                self.add(name, value, given=same(cell_of(value), cell_of(then)))
        for name, now, was in ((USED, names[1], grad), (DECAYED, names[0], before)):
            self.add(name, each.arguments[now])
            if same(np.ravel(each.arguments[now]), np.ravel(was)):
                self.idle |= {name, *MEASURED} if name == USED else {name}
        self._add_bound(each, names[: 2 + slots])

    def _add_options(self, recorders: Recorders) -> None:
        """Add the numbers that clip and decay take besides gradient and rate."""
        for recorder in (recorders.factor, recorders.clip, recorders.decay):
            if recorder is None or recorder.last is None:
                continue
            for name, value in recorder.last.arguments.items():
                if name not in ("one", "grad", "param", "learning_rate"):
                    self.add(name, value, given=name not in MEASURED)

    def _add_coefficients(self, once: Call, later: Call) -> Any:
        """Add the step, hyperparameters and what was made of them; return the 1."""
        one, step, *hyper = once.arguments
        self.cells["t"] = int(once.arguments[step])
        for name in hyper:
            self.add(name, once.arguments[name], given=True)
        for (name, value), (_, then) in zip(once.bound, later.bound, strict=False):
            self.add(name, value, given=same(cell_of(value), cell_of(then)))
        return once.arguments[one]

    def _add_bound(self, each: Call, names: Sequence[str]) -> None:
        """Add what the rule bound, and new slots that it returned without a name."""
        param, grad, *slots = names
        shown = {param: "parameter (1)", grad: "g"}
        for name, value in each.bound:
            if name != param or value is not each.returned[0]:
                self.add(shown.get(name, name), value)
        for name, value in zip(slots, each.returned[1:], strict=True):
            known = [each.arguments[name], *(bound for _, bound in each.bound)]
            if not any(value is other for other in known):
                self.add(name, value)


def _next_step(once: Call, coefficients: Recorder) -> Call:
    """Return what the coefficients would be at the next step, all else equal."""
    one, step, *hyper = once.arguments.values()
    probe = Recorder(coefficients.function)
    with np.errstate(all="ignore"):
        probe(one, step + one, *hyper)
    return probe.last or once


def arranged(rows: Sequence[StepRecord]) -> tuple[tuple[str, ...], dict[str, Cell]]:
    """Return the columns in order, and apart from them what no row changes."""
    names: list[str] = []
    for row in rows:
        # A step that only accumulates has fewer names, all of them the others' too.
        found = list(row.cells)
        names = [*found, *(name for name in names if name not in found)]
    columns: list[str] = []
    constants: dict[str, Cell] = {}
    for name in names:
        having = [row for row in rows if name in row.cells]
        first = having[0].cells[name]
        if all(name in row.given and same(row.cells[name], first) for row in having):
            constants[name] = first
        elif name != "parameter" and any(name not in row.idle for row in having):
            columns.append(name)
    return (*columns, "parameter"), constants


def cell_of(value: Any) -> Cell:
    """Return a number, or an array of several; None for what is neither."""
    if isinstance(value, np.ndarray) and value.size and value.dtype.kind in "fiub":
        return value.reshape(())[()] if value.size == 1 else value.copy()
    if isinstance(value, (bool, int, float, np.number, np.bool_)):
        return value
    return None


def same(a: Cell, b: Cell) -> bool:
    """Whether two cells are equal, NaN equal to itself."""
    return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)
