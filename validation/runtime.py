"""Load TensorFlow once, pinned so that its results can be repeated.

Large sums in TensorFlow depend on the number of threads that share an operation, so
one thread is asked for. That is possible only before TensorFlow has run anything in
this process; `Runtime.pinned` says whether it was.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from optlab.errors import InputError

MISSING = (
    "TensorFlow is not installed. To add it, in the folder of optlab's sources: "
    "pip install '.[tensorflow]'"
)


class MissingTensorFlow(InputError):
    """TensorFlow is needed and is not installed."""


@dataclass(frozen=True)
class Runtime:
    """TensorFlow and Keras as loaded in this process."""

    tf: Any
    keras: Any
    pinned: bool

    def describe(self) -> dict[str, str]:
        """Return what a reader needs to repeat a figure."""
        threads = self.tf.config.threading.get_intra_op_parallelism_threads()
        return {
            "tensorflow": str(self.tf.__version__),
            "keras": str(self.keras.__version__),
            "numpy": importlib.metadata.version("numpy"),
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}",
            "intra_op_threads": str(threads) if self.pinned else f"{threads} (not set)",
        }


def installed(name: str) -> bool:
    """Say whether a package could be imported, without importing it."""
    return importlib.util.find_spec(name) is not None


@contextmanager
def _silent() -> Iterator[None]:
    """Drop what C++ code writes to standard error before its log can be configured."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@functools.cache
def load(threads: int = 1) -> Runtime:
    """Import TensorFlow and Keras, quietly, on one thread and without a GPU.

    Parameters
    ----------
    threads : int
        How many may share an operation; 0 leaves it to TensorFlow, for timing.

    Raises
    ------
    MissingTensorFlow
        Where TensorFlow is not installed.
    InputError
        Where Keras already runs on another backend in this process.
    """
    if not installed("tensorflow"):
        raise MissingTensorFlow(MISSING)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with _silent():
        import tensorflow as tf

    pinned = True
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.set_visible_devices([], "GPU")
    except RuntimeError:
        pinned = tf.config.threading.get_intra_op_parallelism_threads() == 1
    import keras

    if keras.backend.backend() != "tensorflow":
        raise InputError(
            "Keras must run on TensorFlow here: set KERAS_BACKEND=tensorflow. "
            f"Received: backend={keras.backend.backend()!r}"
        )
    return Runtime(tf, keras, pinned)
