"""Run a function as it is and note every name it binds, in order.

The function itself runs, not a copy: Python's own trace hook reports each line, and a
name whose object has changed since the line before was bound by it.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import numpy as np


@dataclass
class Call:
    """One call of a recorded function.

    Attributes
    ----------
    arguments : dict of str to object
        By parameter name.
    bound : list of (str, object)
        Every local name in the order of its binding; a name bound twice is there twice.
    returned : tuple
        What came back.
    """

    arguments: dict[str, Any]
    bound: list[tuple[str, Any]] = field(default_factory=list)
    returned: tuple[Any, ...] = ()


class Recorder:
    """Wraps a function; calls go through, and the last one is kept.

    Parameters
    ----------
    function : callable
        Positional arguments only. Of one compiled by Numba the Python original is run.

    Attributes
    ----------
    last : Call or None
        The latest call; None before the first and after `clear`.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function: Callable[..., Any] = plain(function)
        self.names = list(inspect.signature(self.function).parameters)
        self.last: Call | None = None

    def clear(self) -> None:
        """Forget the last call."""
        self.last = None

    def __call__(self, *arguments: Any) -> Any:
        """Call the function, with each line watched."""
        # The caller may write into its arrays afterwards.
        arguments = tuple(
            value.copy() if isinstance(value, np.ndarray) else value
            for value in arguments
        )
        call = Call(dict(zip(self.names, arguments, strict=True)))
        seen = dict(call.arguments)
        code = getattr(self.function, "__code__", None)

        def note(frame: FrameType) -> None:
            for name, value in frame.f_locals.items():
                if name not in seen or seen[name] is not value:
                    seen[name] = value
                    call.bound.append((name, value))

        def on_line(frame: FrameType, event: str, _: Any) -> Any:
            if event in ("line", "return"):
                note(frame)
            return on_line

        def on_call(frame: FrameType, event: str, _: Any) -> Any:
            return on_line if frame.f_code is code else None

        # A debugger or a coverage tool may be listening: it gets its hook back.
        before = sys.gettrace()
        sys.settrace(on_call)
        try:
            returned = self.function(*arguments)
        finally:
            sys.settrace(before)
        call.returned = returned if isinstance(returned, tuple) else (returned,)
        self.last = call
        return returned


class Recorders:
    """Recorders of all that a step of one tensor calls, in the place of the originals.

    Parameters
    ----------
    stepper : Stepper
        Built for one tensor, on NumPy arrays; from here on it calls the recorders.

    Attributes
    ----------
    rule : Rule
        The update rule, as it is.
    coefficients, function, factor : Recorder
        Of the rule, and of the factor of a global clip.
    clip, decay : Recorder or None
        Of clip and weight decay, where there is one.
    """

    def __init__(self, stepper: Any) -> None:
        (group,) = stepper.groups
        clipping = stepper.clipping
        self.rule = group.rule
        self.coefficients = Recorder(group.rule.coefficients)
        self.function = Recorder(group.rule.function)
        group.rule = dataclasses.replace(
            group.rule, coefficients=self.coefficients, function=self.function
        )
        self.factor = clipping.factor = Recorder(clipping.factor)
        self.clip = self.decay = None
        if clipping.function is not None:
            self.clip = clipping.function = Recorder(clipping.function)
        if group.decay is not None:
            self.decay = group.decay = Recorder(group.decay)

    def clear(self) -> None:
        """Forget the last calls."""
        for recorder in vars(self).values():
            if isinstance(recorder, Recorder):
                recorder.clear()


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the Python function behind one that Numba compiled, else itself."""
    found: Callable[..., Any] = getattr(function, "py_func", function)
    return found
