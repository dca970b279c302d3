"""A saved ``.keras`` file and an .npz file of rows, as a training call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.validation.programs.hooks import Captured


def captured_from(model: str | Path, rows: str | Path) -> Captured:
    """Return the call that would train a saved model on these rows.

    Parameters
    ----------
    model : str or Path
        A file that ``model.save`` wrote, with what ``compile`` was given.
    rows : str or Path
        An .npz file with `x` and `y`, and perhaps `x_val` and `y_val`.

    Raises
    ------
    InputError
        If a file cannot be read, or lacks something.
    """
    import keras

    if not Path(model).is_file():
        raise InputError(f"There is no model file {model}.")
    try:
        made: Any = keras.models.load_model(model)
    except (ValueError, OSError, TypeError) as error:
        raise InputError(f"{model} cannot be loaded: {error}") from error
    try:
        with np.load(rows, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError) as error:
        raise InputError(f"{rows} cannot be read: {error}") from error
    missing = [name for name in ("x", "y") if name not in arrays]
    if missing:
        raise InputError(f"{rows} has no array {missing[0]!r}.")
    arguments: dict[str, Any] = {"x": arrays["x"], "y": arrays["y"], "epochs": 20}
    if "x_val" in arrays:
        arguments["validation_data"] = (arrays["x_val"], arrays["y_val"])
    return Captured(made, "fit", arguments)
