"""Watch a script that uses Keras, and stop it where it calls ``fit``.

Keras is not imported here: what is patched is patched when the script imports it, so
that a script which chooses its backend first still does so.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import Any

from optlab.validation.programs.batches import Batches
from optlab.validation.programs.places import Place, place_in
from optlab.validation.programs.when_imported import WhenImported

#: Methods of a model that train it.
TRAINING = ("fit", "train_on_batch")


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
    made : Place or None
        Of the call that made the model.
    notes : list of str
        What a reader should know.
    """

    model: Any
    call: str
    arguments: dict[str, Any]
    compiled: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    places: dict[int, Place] = field(default_factory=dict)
    made: Place | None = None
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
        self.made: dict[int, Place] = {}
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
            sys.meta_path.insert(0, WhenImported("keras", self.patch))

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
                    self.made.get(id(model)),
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
                self.made.get(id(model)),
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
            if id(model) in self.places:
                self.made.setdefault(id(model), self.places[id(model)])
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
        place = self._place(made)
        if place is not None:
            self.places[id(made)] = place
            self._kept.append(made)  # so that no other object gets its id

    def _place(self, made: Any = None) -> Place | None:
        """Return where the script is now; not inside the constructor of `made`."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            code = frame.f_code
            owner = (
                frame.f_locals.get(code.co_varnames[0]) if code.co_varnames else None
            )
            inside = code.co_name == "__init__" and owner is made is not None
            if code.co_filename == self.script and not inside:
                return place_in(frame)
            frame = frame.f_back
        return None
