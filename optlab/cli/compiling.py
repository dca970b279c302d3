"""Say that kernels are being compiled, when they are."""

from __future__ import annotations

import functools
from typing import Any

from optlab.cli import output

FIRST = "Compiling the kernels; only the first time takes so long."
EACH = "Compiling the kernels, as each time: there is no folder to keep them in."


@functools.cache
def say_when_compiling() -> None:
    """From now on, say it at the first kernel that is not found in the cache."""
    from numba.core import event

    said: list[str] = []

    class Listener(event.Listener):  # type: ignore[misc]
        def on_start(self, event: Any) -> None:
            from optlab.kernels.jit import cache_folder

            module = event.data["dispatcher"].py_func.__module__
            if not said and not module.startswith("numba."):
                said.append(EACH if cache_folder() is None else FIRST)
                output.say(said[0])

        def on_end(self, event: Any) -> None:
            pass

    event.register("numba:compile", Listener())
