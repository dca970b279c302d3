"""Load what "module:name" or "file.py:name" stands for."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from optlab.errors import InputError, unknown_name


def load_object(path: str) -> Any:
    """Return what "module:name" or "file.py:name" stands for.

    Raises
    ------
    InputError
        If the path has another form, the module cannot be imported, or lacks the name.
    """
    module_name, colon, name = path.rpartition(":")
    if not colon or not module_name or not name:
        raise InputError(f"A path must be MODULE:NAME. Received: {path!r}")
    try:
        module = _module(module_name)
    except ImportError as error:
        raise InputError(
            f"Cannot import {module_name!r} (from {path!r}): {error}"
        ) from error
    if not hasattr(module, name):
        public = [key for key in vars(module) if not key.startswith("_")]
        raise unknown_name(f"name in the module {module_name!r}", name, public)
    return getattr(module, name)


def _module(name: str) -> ModuleType:
    """Import a module by name, from this folder too, or a file ending in .py."""
    if not name.endswith(".py"):
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        return importlib.import_module(name)
    file = Path(name).resolve()
    if not file.is_file():
        raise ImportError(f"there is no file {name!r}")
    known = sys.modules.get(file.stem)
    if known is not None and getattr(known, "__file__", None) == str(file):
        return known
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{name!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module
