"""The ways in which TensorFlow can run an optimizer's step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from optlab.validation.runtime import load

#: Mode -> what it is.
MODES = {
    "eager": "operation by operation",
    "function": "tf.function with Grappler's rewrites, the default",
    "unoptimized": "tf.function with disable_meta_optimizer: no rewrites",
    "xla": "tf.function(jit_compile=True)",
}

Step = Callable[[Sequence[Any]], None]


def step_in(mode: str, twin: Any) -> Step:
    """Return a function that applies gradients with a built tf.keras optimizer.

    Parameters
    ----------
    mode : str
        One of `MODES`.
    twin : keras.optimizers.Optimizer
        Built; its variables are updated in place.
    """
    tf = load().tf

    def step(gradients: Sequence[Any]) -> None:
        twin.apply(gradients)

    if mode != "eager":
        step = tf.function(step, jit_compile=mode == "xla", autograph=False)

    def run(arrays: Sequence[Any]) -> None:
        with _options(mode):
            step([tf.constant(array) for array in arrays])

    return run


@contextmanager
def _options(mode: str) -> Iterator[None]:
    """Switch Grappler off for the "unoptimized" mode, and back on after it."""
    optimizer = load().tf.config.optimizer
    if mode != "unoptimized":
        yield
        return
    before = optimizer.get_experimental_options().get("disable_meta_optimizer", False)
    optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        optimizer.set_experimental_options({"disable_meta_optimizer": before})
