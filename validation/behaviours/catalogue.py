"""What an entry of the catalogue is, and how it is measured again.

An entry is one function without arguments: the smallest program that shows a behaviour,
returning figures by name. Its docstring is the statement (the first line) and what it
means for a user; its decorator keeps the figures measured when it was written.
"""

from __future__ import annotations

import ast
import inspect
import io
import random
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.errors import unknown_name
from optlab.plain import plain
from optlab.validation.behaviours.asked import ASKED
from optlab.validation.runtime import installed, load

Figures = dict[str, Any]
Program = Callable[[], Figures]

#: Relative difference within which a figure counts as the same.
RELATIVE = 1e-3


@dataclass(frozen=True)
class About:
    """A figure that may move within `within` (absolute) and still holds."""

    value: float
    within: float

    def __str__(self) -> str:
        """Show the figure and its margin."""
        return f"{self.value:g} (within {self.within:g})"


@dataclass
class Entry:
    """One behaviour of TensorFlow, Keras or a peer.

    Attributes
    ----------
    id : str
        The name of the program with hyphens.
    subject : str
        The name of the file that holds it: "optimizers", "losses", ...
    program : callable
        Returns the figures; its docstring says what they show.
    expected : dict
        Figures by name: numbers, text, booleans, lists of them, or `About`.
    peers : dict
        The same measurement in other frameworks: name -> (program, expected).
    """

    id: str
    subject: str
    program: Program
    expected: Mapping[str, Any]
    peers: dict[str, tuple[Program, Mapping[str, Any]]] = field(default_factory=dict)

    def peer(self, name: str, **expected: Any) -> Callable[[Program], Program]:
        """Add the same measurement in another framework ("torch" or "optax")."""

        def add(program: Program) -> Program:
            self.peers[name] = (program, expected)
            return program

        return add

    @property
    def says(self) -> str:
        """The statement: the first line of the docstring."""
        return (inspect.getdoc(self.program) or "").partition("\n")[0]

    @property
    def asked(self) -> tuple[str, ...]:
        """Public issues in which people asked about it."""
        return ASKED.get(self.id, ())

    @property
    def means(self) -> str:
        """What it means for a user: the rest of the docstring, as one paragraph."""
        return " ".join((inspect.getdoc(self.program) or "").split("\n")[2:])

    def source(self) -> str:
        """Return the program without its docstring, ready to be pasted."""
        text = inspect.getsource(self.program)
        function = ast.parse(text).body[0]
        if not isinstance(function, ast.FunctionDef):
            return text
        lines = text.splitlines()[function.body[1].lineno - 1 :]
        lines = [line.partition("  # type:")[0] for line in lines]
        start = ["import numpy as np\n\n"] if "np." in text else []
        return "\n".join([*start, f"def {function.name}():", *lines])


@dataclass(frozen=True)
class Observation:
    """What a run of an entry gave.

    `status` is "holds", "changed", "failed" (the program raised) or "missing" (the
    framework is not installed).
    """

    id: str
    framework: str
    status: str
    measured: dict[str, Any]
    expected: dict[str, Any]
    error: str = ""
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        expected = {
            name: figure.value if isinstance(figure, About) else figure
            for name, figure in self.expected.items()
        }
        return {**vars(self), "expected": expected}


ENTRIES: dict[str, Entry] = {}


def behaviour(**expected: Any) -> Callable[[Program], Entry]:
    """Enter the decorated program into the catalogue, under its name with hyphens.

    Parameters
    ----------
    **expected
        The figures that the program returns: numbers, text, booleans, lists of them, or
        `About` for a figure that depends a little on the machine.
    """

    def enter(program: Program) -> Entry:
        name = program.__name__.replace("_", "-")
        if name in ENTRIES:
            raise ValueError(f"Two behaviours are called {name!r}.")
        subject = program.__module__.rpartition(".")[2].replace("_", " ")
        ENTRIES[name] = Entry(name, subject, program, expected)
        return ENTRIES[name]

    return enter


def same(measured: Any, expected: Any) -> bool:
    """Say whether a figure is the expected one.

    Numbers agree within one part in a thousand, `About` within its own margin;
    everything else must be equal. NaN equals NaN.
    """
    if isinstance(expected, About):
        return abs(float(measured) - expected.value) <= expected.within
    if isinstance(expected, list):
        return (
            isinstance(measured, list)
            and len(measured) == len(expected)
            and all(map(same, measured, expected))
        )
    if isinstance(expected, float) and isinstance(measured, int | float):
        return bool(np.isclose(measured, expected, RELATIVE, 0.0, equal_nan=True))
    return bool(type(measured) is type(expected) and measured == expected)


def _measure(
    entry: Entry, framework: str, program: Program, expected: Mapping[str, Any]
) -> Observation:
    def outcome(status: str, **more: Any) -> Observation:
        return Observation(
            entry.id,
            framework,
            status,
            expected=dict(expected),
            **({"measured": {}} | more),
        )

    package = "tensorflow" if framework == "keras" else framework
    if not installed(package):
        return outcome("missing")
    start = time.perf_counter()
    try:
        with _fresh():
            figures = {name: plain(value) for name, value in program().items()}
    except Exception as error:
        last = traceback.format_exception_only(error)[-1].strip()
        return outcome("failed", error=last[:500], seconds=time.perf_counter() - start)
    holds = figures.keys() == expected.keys() and all(
        same(figures[name], expected[name]) for name in expected
    )
    return outcome(
        "holds" if holds else "changed",
        measured=figures,
        seconds=time.perf_counter() - start,
    )


@contextmanager
def _fresh() -> Iterator[None]:
    """Give a program a clean, silent Keras; put the global random streams back."""
    runtime = load()
    runtime.keras.utils.clear_session(free_memory=False)
    runtime.tf.random.set_seed(None)
    streams = random.getstate(), np.random.get_state()  # noqa: NPY002 - to restore
    mode = runtime.tf.config.functions_run_eagerly()
    log = runtime.tf.get_logger()
    level = log.level
    log.setLevel("ERROR")
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
        random.setstate(streams[0])
        np.random.set_state(streams[1])  # noqa: NPY002 - to restore
        runtime.tf.config.run_functions_eagerly(mode)
        runtime.tf.random.set_seed(None)


def measure(entry: Entry, peers: bool = True) -> list[Observation]:
    """Run an entry on this machine, and its peers where they are installed.

    Parameters
    ----------
    entry : Entry
        From `catalogue()`.
    peers : bool
        Whether torch and optax are measured too.

    Returns
    -------
    list of Observation
        Keras first.
    """
    found = [_measure(entry, "keras", entry.program, entry.expected)]
    if peers:
        found += [
            _measure(entry, name, program, expected)
            for name, (program, expected) in entry.peers.items()
        ]
    return found


def find(name: str) -> Entry:
    """Return an entry by its id; underscores work like hyphens.

    Raises
    ------
    InputError
        Naming the nearest id.
    """
    key = name.replace("_", "-")
    if key not in ENTRIES:
        raise unknown_name("behaviour", name, ENTRIES)
    return ENTRIES[key]
