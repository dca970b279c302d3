"""Watch a script that uses Keras, and stop it where it calls ``fit``.

Keras is not imported here: what is patched is patched when the script imports it, so
that a script which chooses its backend first still does so.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import Any

#: Methods of a model that train it.
TRAINING = ("fit", "train_on_batch")


@dataclass(frozen=True)
class Place:
    """Where a call stands in the script; lines from 1, columns in bytes from 0."""

    line: int
    end_line: int
    column: int
    end_column: int


@dataclass
class Captured:
    """A model, and how its training was called.

    Attributes
    ----------
    model : keras.Model
        As the script left it.
    call : str
        "fit" or "train_on_batch".
    arguments : dict
        Of the call, by name, as they are; those that were not given left out.
    compiled : dict
        Arguments of ``compile``, by name; empty where it was not seen.
    place : Place or None
        Of the training call in the script.
    places : dict of int to Place
        By `id`: of the calls that made layers, losses, optimizers, and compiled models.
    notes : list of str
        What a reader should know.
    """

    model: Any
    call: str
    arguments: dict[str, Any]
    compiled: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    places: dict[int, Place] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Hooks:
    """Patches Keras in this process.

    Parameters
    ----------
    script : str
        Path of the script: calls are placed in this file.
    number : int
        Which training call is wanted, from 1; the ones before it are made.
    reached : callable
        Called with a `Captured` instead of the training.
    """

    def __init__(
        self, script: str, number: int, reached: Callable[[Captured], Any]
    ) -> None:
        self.script, self.number, self.reached = script, number, reached
        self.places: dict[int, Place] = {}
        self.compiled: dict[int, dict[str, Any]] = {}
        self.seen = 0
        self._kept: list[Any] = []
        self._inside = False
        self._batches: Batches | None = None

    def install(self) -> None:
        """Patch Keras now where it is imported already, or else when it is."""
        if "keras" in sys.modules:
            self.patch(sys.modules["keras"])
        else:
            sys.meta_path.insert(0, _WhenImported("keras", self.patch))

    def patch(self, keras: ModuleType) -> None:
        """Replace what trains, and note where things are made."""
        for name in TRAINING:
            setattr(keras.Model, name, self._training(keras.Model, name))
        keras.Model.compile = self._compile(keras.Model.compile)
        for kind in (keras.layers.Layer, keras.losses.Loss, keras.optimizers.Optimizer):
            kind.__init__ = self._placing(kind.__init__)

    def _training(self, owner: Any, name: str) -> Callable[..., Any]:
        original = getattr(owner, name)
        signature = inspect.signature(original)

        @functools.wraps(original)
        def train(model: Any, *given: Any, **named: Any) -> Any:
            if self._inside:
                return original(model, *given, **named)
            collected = self._batches
            bound = signature.bind(model, *given, **named)
            if collected is not None:
                if name == "train_on_batch" and collected.model is model:
                    return self._on_batch(original, bound)
                if name == "fit":
                    self.ended()
                return self._inner(original, bound)
            self.seen += 1
            if self.seen < self.number:
                return self._inner(original, bound)
            if name == "train_on_batch":
                self._batches = Batches(model, self._place())
                return self._on_batch(original, bound)
            arguments = dict(bound.arguments)
            arguments.pop("self", None)
            return self.reached(
                Captured(
                    model,
                    name,
                    arguments,
                    self.compiled.get(id(model), {}),
                    self._place(),
                    self.places,
                )
            )

        return train

    def _on_batch(self, original: Any, bound: inspect.BoundArguments) -> Any:
        """Keep a batch, and train on it; enough of them are the training."""
        collected = self._batches
        if collected is None:
            return original(*bound.args, **bound.kwargs)
        if collected.full:
            self.ended()
        collected.take(bound.arguments)
        return self._inner(original, bound)

    def _inner(self, original: Any, bound: inspect.BoundArguments) -> Any:
        """Make a call, and take no notice of the calls that it makes."""
        self._inside = True
        try:
            return original(*bound.args, **bound.kwargs)
        finally:
            self._inside = False

    def ended(self) -> None:
        """Diagnose the batches that were trained on one by one, where there are any."""
        collected, self._batches = self._batches, None
        if collected is None:
            return
        model = collected.model
        old = model.optimizer
        arguments = collected.restored()
        place = self.places.get(id(old))
        if place is not None:
            self.places[id(model.optimizer)] = place
        compiled = self.compiled.get(id(model), {})
        if compiled.get("optimizer") is not None:
            compiled = compiled | {"optimizer": model.optimizer}
        self.reached(
            Captured(
                model,
                "train_on_batch",
                arguments,
                compiled,
                collected.place,
                self.places,
                collected.notes,
            )
        )

    def _compile(self, original: Any) -> Callable[..., Any]:
        signature = inspect.signature(original)

        @functools.wraps(original)
        def compile_(model: Any, *given: Any, **named: Any) -> Any:
            bound = signature.bind(model, *given, **named)
            arguments = dict(bound.arguments)
            arguments.pop("self", None)
            self.compiled[id(model)] = arguments
            self._note(model)
            return original(model, *given, **named)

        return compile_

    def _placing(self, original: Any) -> Callable[..., Any]:
        @functools.wraps(original)
        def init(made: Any, *given: Any, **named: Any) -> Any:
            if id(made) not in self.places:
                self._note(made)
            return original(made, *given, **named)

        return init

    def _note(self, made: Any) -> None:
        place = self._place()
        if place is not None:
            self.places[id(made)] = place
            self._kept.append(made)  # so that no other object gets its id

    def _place(self) -> Place | None:
        """Return where the script is now."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != self.script:
            frame = frame.f_back
        return None if frame is None else place_in(frame)


class Batches:
    """Batches that a program's own loop trains on, until there are enough of them.

    Parameters
    ----------
    model : keras.Model
        What is trained; its weights of now are restored at the end.
    place : Place or None
        Of the first call.
    """

    #: Enough: so many calls, bytes, or seconds.
    MOST_CALLS, MOST_BYTES, MOST_SECONDS = 3000, 64 * 2**20, 15.0

    def __init__(self, model: Any, place: Place | None) -> None:
        self.model, self.place = model, place
        self.weights: list[Any] | None = None
        self.calls = self.size = 0
        self.parts: dict[bytes, dict[str, Any]] = {}
        self.began = time.monotonic()

    @property
    def full(self) -> bool:
        """Whether no more are needed."""
        late = time.monotonic() - self.began > self.MOST_SECONDS
        return late or self.calls >= self.MOST_CALLS or self.size > self.MOST_BYTES

    def take(self, arguments: dict[str, Any]) -> None:
        """Keep the rows of a call, unless they were there before."""
        import numpy as np

        given = {key: arguments.get(key) for key in ("x", "y", "sample_weight")}
        if self.weights is None:
            if not self.model.built:
                self.model(np.asarray(given["x"])[:2])
            self.weights = self.model.get_weights()
        rows = {k: np.asarray(v).copy() for k, v in given.items() if v is not None}
        mark = b"".join(hashlib.sha1(v.tobytes()).digest() for v in rows.values())
        self.calls += 1
        if mark not in self.parts:
            self.parts[mark] = rows
            self.size += sum(v.nbytes for v in rows.values())

    def restored(self) -> dict[str, Any]:
        """Take the training back, and return it as arguments of `fit`."""
        import numpy as np

        self.model.set_weights(self.weights)
        optimizer = self.model.optimizer
        self.model.optimizer = type(optimizer).from_config(optimizer.get_config())
        parts = list(self.parts.values())
        found: dict[str, Any] = {
            key: np.concatenate([part[key] for part in parts]) for key in parts[0]
        }
        size = len(parts[0]["x"])
        epochs = -(-self.calls * size // len(found["x"]))
        return found | {"batch_size": size, "epochs": max(1, epochs)}

    @property
    def notes(self) -> list[str]:
        """What a reader should know."""
        found = [
            f"{self.calls} calls of train_on_batch were watched; their "
            f"{len(self.parts)} different batches are taken as the rows."
        ]
        if self.full:
            found.append("The loop went on after that; its end was not waited for.")
        return found


def place_in(frame: FrameType) -> Place | None:
    """Return the source positions of the instruction that a frame is at."""
    positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    if any(value is None for value in positions):
        return None
    return Place(*positions)  # type: ignore[arg-type]


class _WhenImported(importlib.abc.MetaPathFinder):
    """Calls a function with a module once it has been imported."""

    def __init__(self, name: str, then: Callable[[ModuleType], None]) -> None:
        self.name, self.then = name, then
        self._asking = False

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the module as ever, and wrap what executes it."""
        if fullname != self.name or self._asking:
            return None
        # Whoever asks may only want to know whether there is one, as tensorflow does.
        self._asking = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._asking = False
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                if self in sys.meta_path:
                    sys.meta_path.remove(self)
                    self.then(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
