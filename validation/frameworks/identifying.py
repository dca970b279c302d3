"""Which of our rules somebody's torch or optax optimizer is."""

from __future__ import annotations

import functools
import importlib.util
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.typing import Array
from optlab.validation.frameworks import naming
from optlab.validation.frameworks.candidates import Candidate, candidates
from optlab.validation.frameworks.comparing import (
    OTHER,
    ROUNDED,
    SAME,
    distance,
    not_installed,
)
from optlab.validation.frameworks.pair import (
    FRAMEWORKS,
    KEPT,
    LIBRARIES,
    ROUNDING,
)
from optlab.validation.frameworks.slots import matched_slots
from optlab.validation.frameworks.stepping import (
    optax_steps,
    torch_steps,
)
from optlab.validation.loading import load_object

#: Steps after which the nearest are chosen, and how many are looked at in full.
FIRST, NEAREST = 8, 4


@dataclass(frozen=True)
class Identity:
    """What somebody's optimizer is, on the same gradients.

    Attributes
    ----------
    path, framework : str
        "module:name", and "torch" or "optax".
    theirs : dict
        What it was made with.
    nearest : str
        The rule of ours that is nearest, with the arguments that it was given.
    verdict : str
        "same bits", "rounding only" or "another formula".
    float32, float64 : float
        The largest distances of 100 steps: in roundings of the largest that the
        parameter has been, and as a part of that.
    first, apart : int, float
        The first step at which another formula parts, 0 where none does, and by how
        much then.
    equal : tuple of str
        Others of ours that are as near.
    slots : dict
        Our state, and what there holds the same; None where nothing does.
    unknown : tuple of str
        Their arguments that are set and that this rule has no word for.
    """

    path: str
    framework: str
    theirs: dict[str, Any]
    nearest: str
    verdict: str
    float32: float
    float64: float
    first: int
    apart: float
    equal: tuple[str, ...]
    slots: dict[str, str | None]
    unknown: tuple[str, ...]

    @property
    def evidence(self) -> str:
        """What the verdict rests on, in words."""
        if self.verdict == SAME:
            return "all bits of 100 steps in both dtypes"
        if self.verdict == OTHER:
            return (
                f"parts at step {self.first} by {self.apart:.1e} of a parameter; "
                f"{self.float64:.1e} in 100 steps"
            )
        kept = ""
        if self.float64 > ROUNDING:
            kept = " (a number is kept in float32 on one side)"
        return (
            f"float64 {self.float64:.1e}; float32 at most {self.float32:.0f} "
            f"roundings{kept}"
        )


def identify(path: str) -> Identity:
    """Say which of our rules a torch or optax optimizer is.

    Parameters
    ----------
    path : str
        "module:name" or "file.py:name" of a `torch.optim.Optimizer` subclass, of a
        function of the parameters that returns one, or of a function that returns an
        optax transformation. What it takes besides has defaults.

    Raises
    ------
    InputError
        If the path leads nowhere, what is there is no such optimizer or cannot be made
        or stepped, or its framework is not installed.
    """
    made = _loaded(path)
    is_torch = _is_torch(made)
    given = naming.arguments(path, made, int(is_torch))
    make = functools.partial(made, **given.theirs)
    step = torch_steps if is_torch else optax_steps
    theirs = {dtype: _stepped(path, step, make, dtype) for dtype in _DTYPES}
    with np.errstate(all="ignore"):  # most are far from what they are tried for
        nearest = _nearest(given, theirs["float64"][0])
        found = [_distances(each, theirs) for each in nearest]
    near = min(found, key=lambda each: each.order)
    equal = [
        each.candidate.label
        for each in found
        if each is not near and each.verdict == near.verdict != OTHER
    ]
    return Identity(
        path,
        "torch" if is_torch else "optax",
        given.theirs,
        near.candidate.label,
        near.verdict,
        near.float32,
        near.float64,
        near.first,
        near.apart,
        tuple(equal),
        matched_slots(near.optimizer, theirs["float64"][1]),
        tuple(given.unknown(near.candidate.known)),
    )


_DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class _Distances:
    candidate: Candidate
    verdict: str
    float32: float
    float64: float
    first: int
    apart: float
    optimizer: Any

    @property
    def order(self) -> tuple[Any, ...]:
        """Put the same bits first, then the nearest."""
        return self.verdict != SAME, max(self.float64, ROUNDING), self.float64


def _distances(candidate: Candidate, theirs: dict[str, Any]) -> _Distances:
    far, same = {}, True
    rows: Any = None
    optimizer: Any = None
    for dtype in ("float32", "float64"):
        b = theirs[dtype][0]
        rows, optimizer = candidate.steps(dtype, len(b))
        far[dtype] = _whole(distance(rows, b))
        same = same and rows.tobytes() == b.tobytes()
    steps = [_whole(distance(rows[:t], b[:t])) for t in range(1, len(b) + 1)]
    verdict = SAME if same else ROUNDED if far["float64"] <= KEPT else OTHER
    first, apart = 0, 0.0
    if verdict == OTHER:
        first = next(t for t, d in enumerate(steps, 1) if d > KEPT)
        apart = steps[first - 1]
    roundings = far["float32"] / float(np.finfo("float32").eps)
    return _Distances(
        candidate, verdict, roundings, far["float64"], first, apart, optimizer
    )


def _whole(value: float) -> float:
    return value if np.isfinite(value) else float("inf")


def _nearest(given: naming.Arguments, theirs: Array) -> list[Candidate]:
    """Return the candidates that are nearest after a few steps, nearest first."""
    ranked = []
    for candidate in candidates(given):
        rows, _ = candidate.steps("float64", FIRST)
        far = _whole(distance(rows, theirs[:FIRST]))
        ranked.append((max(far, ROUNDING), candidate))
    ranked.sort(key=lambda pair: pair[0])
    return [candidate for _, candidate in ranked[:NEAREST]]


def _loaded(path: str) -> Any:
    """Load what the path stands for, or name what is not installed."""
    try:
        made = load_object(path)
    except InputError as error:
        missing = getattr(error.__cause__, "name", None)
        for name in (*FRAMEWORKS, *LIBRARIES):
            needs = ("jax", "jaxlib", name) if name == "optax" else (name,)
            if missing in needs and importlib.util.find_spec(str(missing)) is None:
                raise not_installed(name) from error
        raise
    if not callable(made):
        raise InputError(
            f"{path!r} must be a torch.optim.Optimizer subclass, or a function that "
            f"returns an optimizer of torch or optax. Received: {type(made).__name__}"
        )
    if any(base.__module__.startswith("keras") for base in _bases(made)):
        raise InputError(f"{path!r} is Keras's: use --keras and --rule.")
    return made


def _is_torch(made: Any) -> bool:
    """Tell a class of torch's kind, or a function of parameters, from optax's kind."""
    if any(base.__module__.startswith("torch.optim") for base in _bases(made)):
        return True
    return next(iter(inspect.signature(made).parameters), "") == "params"


def _bases(made: Any) -> tuple[type, ...]:
    return made.__mro__ if isinstance(made, type) else ()


def _stepped(
    path: str, step: Callable[..., Any], make: Callable[..., Any], dtype: str
) -> tuple[Array, Any]:
    """Step theirs; whatever it raises is said in a line."""
    try:
        rows, state = step(make, dtype)
    except InputError:
        raise
    except Exception as error:  # of somebody's program, which may raise anything
        told = " ".join(str(error).split())[:200]
        raise InputError(
            f"{path!r} cannot be stepped with a matrix and a vector in {dtype}, as "
            f"step() or update(grads, state, params): {type(error).__name__}: {told}"
        ) from error
    if not np.isfinite(rows).all():
        step_of = int(np.argmin(np.isfinite(rows).all(axis=1))) + 1
        raise InputError(
            f"{path!r} makes numbers that are not finite at step {step_of}."
        )
    return rows, state
