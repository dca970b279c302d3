"""TensorFlow's reciprocal square root, as each compiled mode computes it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from optlab.validation.runtime import load


@functools.cache
def _compiled(xla: bool) -> Callable[..., Any]:
    tf = load().tf
    found: Callable[..., Any] = tf.function(
        tf.math.rsqrt, jit_compile=xla, autograph=False
    )
    return found


def rsqrt(x: Any) -> Any:
    """Return 1/sqrt(x) as `tf.function` computes it."""
    return _compiled(False)(load().tf.constant(x)).numpy()


def rsqrt_xla(x: Any) -> Any:
    """Return 1/sqrt(x) as XLA computes it."""
    return _compiled(True)(load().tf.constant(x)).numpy()
