"""What passes between this process and its workers: engines, tasks and replies.

Classes are sent, not names: an optimizer that a script makes with `optlab.rule` works
in a worker. Only workers that this process starts, or the user's cluster, read these.
"""

from __future__ import annotations

import functools
import pickle
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any


def packed(engine: Callable[..., Any]) -> bytes:
    """Return an engine, with the optimizers that are not this package's own."""
    from cloudpickle import dumps

    from optlab.optimizers.registry import OPTIMIZERS

    found = OPTIMIZERS.items()
    own = {name: cls for name, cls in found if cls.__module__[:7] != "optlab."}
    return dumps((own, engine))  # type: ignore[no-any-return]


def unpacked(head: bytes) -> Callable[..., Any]:
    """Register the optimizers that came along; return the engine."""
    from optlab.optimizers.registry import OPTIMIZERS

    registered, engine = pickle.loads(head)
    OPTIMIZERS.update(registered)
    return engine  # type: ignore[no-any-return]


def task_of(message: bytes) -> Any:
    """Return what `cloudpickle.dumps` made of a task, or of many."""
    return pickle.loads(message)


def reply(function: Callable[..., Any], *arguments: Any) -> bytes:
    """Return what a function returned or raised, with its traceback as a note."""
    try:
        return pickle.dumps((True, function(*arguments)))
    except BaseException as error:
        return _failure(error)


def answer(message: bytes) -> Any:
    """Return what `reply` packed, or raise it."""
    returned, value = pickle.loads(message)
    if not returned:
        raise value
    return value


def _failure(error: BaseException) -> bytes:
    """Return the message that an engine raised."""
    error.add_note(
        "In a worker process:\n" + "".join(traceback.format_exception(error))
    )
    try:
        message = pickle.dumps((False, error))
        pickle.loads(message)
        return message
    except Exception:  # an exception of any library, which pickle cannot carry
        text = f"{type(error).__name__}: {error}"
        told = RuntimeError(text)
        told.add_note(error.__notes__[-1])
        return pickle.dumps((False, told))


@contextmanager
def own_code_by_value() -> Iterator[None]:
    """Send the user's modules along while this lasts: another machine has not got them.

    These are all that are neither installed nor part of this package.
    """
    import cloudpickle

    before = cloudpickle.list_registry_pickle_by_value()
    own = [
        module
        for name, module in list(sys.modules.items())
        if name not in before and _is_users_own(name, module)
    ]
    for module in own:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in own:
            cloudpickle.unregister_pickle_by_value(module)


def _is_users_own(name: str, module: object) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(module, ModuleType) or not file or module.__name__ != name:
        return False
    if name.partition(".")[0] in ("__main__", "__mp_main__", "optlab"):
        return False
    return not _is_installed(file)


@functools.cache
def _is_installed(file: str) -> bool:
    """Whether a file is Python's or a package's; every chunk asks for all modules."""
    path = Path(file).resolve()
    return any(folder in path.parents for folder in _INSTALLED)


#: Where Python and its packages are.
_INSTALLED = {
    Path(sysconfig.get_path(kind)).resolve()
    for kind in ("stdlib", "platstdlib", "purelib", "platlib")
}
