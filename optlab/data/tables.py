"""Files: .csv and .parquet tables by column, and .npz archives of arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from optlab.archive import read_arrays
from optlab.data import delimited
from optlab.data.raw import Raw, row_and_column
from optlab.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet", ".npz")
#: A text column with more different values than this is a name, not a category.
MOST_CATEGORIES = 100

Locate = Callable[[int, str], str]


def _unknown_column(path: Path, key: str, name: str, names: list[str]) -> InputError:
    guess = nearest(name, names)
    hint = f" Did you mean {guess!r}?" if guess else ""
    shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return InputError(
        f"[data] {key}: {path.name} has no column {name!r}.{hint} Columns: {shown}"
    )


def _read_parquet(path: Path) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except (pa.ArrowException, ValueError, OSError) as error:
        first = str(error).splitlines()[0]
        raise InputError(f"{path} is not a readable parquet file: {first}") from None
    frame.columns = [str(name) for name in frame.columns]
    delimited.refuse_duplicates(path, list(frame.columns))
    return frame.reset_index(drop=True)


def _numbers(column: pd.Series[Any], where: str) -> npt.NDArray[np.float64] | None:
    """Return a column that holds numbers as floats, or None where it holds text."""
    from pandas.api import types

    if types.is_bool_dtype(column.dtype) or types.is_numeric_dtype(column.dtype):
        if types.is_complex_dtype(column.dtype):
            raise InputError(f"{where} holds complex numbers; expected real ones.")
        return column.to_numpy(np.float64, na_value=np.nan)
    if types.is_datetime64_any_dtype(column.dtype) or isinstance(
        column.dtype, np.dtype
    ):
        if column.dtype != object:
            raise InputError(
                f"{where} holds {column.dtype}; expected numbers or text. "
                "Leave it out with [data] features."
            )
    return None


def _texts(column: pd.Series[Any], where: str) -> npt.NDArray[np.object_]:
    """Return a text column as stripped strings, None where one is missing."""
    missing = column.isna().to_numpy()
    values = column.to_numpy(object)
    found = np.full(len(values), None, object)
    for row in np.flatnonzero(~missing):
        value = values[row]
        if not isinstance(value, str | bool | int | float | np.generic):
            raise InputError(
                f"{where} holds a {type(value).__name__} in row {row + 1}; "
                "expected numbers or text. Leave it out with [data] features."
            )
        found[row] = str(value).strip()
    return found


def _parsed(
    texts: npt.NDArray[np.object_], name: str, locate: Locate, strict: bool
) -> tuple[npt.NDArray[np.float64] | None, int]:
    """Return text that was meant as numbers as floats, and how many did not parse.

    A column is numeric where at least half of its cells are numbers or look like
    numbers that were written in another way. None stands for a column of text.
    """
    import pandas as pd

    present = np.array([text is not None for text in texts], bool)
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(
        np.float64
    )
    parsed = present & ~np.isnan(numbers)
    broken = np.flatnonzero(present & ~parsed)
    meant = sum(delimited.number_like(texts[row]) for row in broken)
    if 2 * (parsed.sum() + meant) < present.sum() or not parsed.sum() + meant:
        return None, 0
    if len(broken) and strict:
        row = int(broken[0])
        others = f" ({len(broken)} such cells in the column)" * (len(broken) > 1)
        raise InputError(
            f"{locate(row, name)}: expected a number. Received: {texts[row]!r}{others}"
        )
    return numbers, len(broken)


def _indicators(
    texts: npt.NDArray[np.object_], name: str, path: Path
) -> tuple[npt.NDArray[np.float64], list[str]]:
    """One-hot encode a text column; the rows of missing texts are NaN."""
    present = np.array([text is not None for text in texts], bool)
    classes = np.unique(texts[present].astype(str))
    if len(classes) > MOST_CATEGORIES:
        raise InputError(
            f"{path.name}: the text column {name!r} holds {len(classes)} different "
            f"values, more than the {MOST_CATEGORIES} that are one-hot encoded. "
            "Leave it out with [data] features."
        )
    columns = np.full((len(texts), len(classes)), np.nan)
    columns[present] = texts[present].astype(str)[:, np.newaxis] == classes
    return columns, [f"{name}={label}" for label in classes]


def _chosen(
    path: Path,
    names: list[str],
    target: Sequence[str] | None,
    features: Sequence[str] | None,
) -> tuple[list[str], list[str]]:
    """Return target and feature columns by name, or say which name is wrong."""
    if not target:
        raise InputError(
            f"[data] needs the key 'target': the column of {path.name} to predict. "
            f"Columns: {', '.join(names)}"
        )
    for key, wanted in (("target", target), ("features", features or ())):
        for name in wanted:
            if name not in names:
                raise _unknown_column(path, key, name, names)
    chosen = [n for n in names if n not in target] if features is None else features
    both = [name for name in chosen if name in target]
    if both:
        raise InputError(f"[data] features must not hold the target {both[0]!r}.")
    if not chosen:
        raise InputError(f"{path.name} has no column besides the target.")
    return list(target), list(chosen)


def read_table(
    path: Path,
    target: Sequence[str] | None,
    features: Sequence[str] | None,
    strict: bool = True,
) -> Raw:
    """Read a .csv or .parquet file.

    Parameters
    ----------
    path : Path
    target : sequence of str
        The column, or the columns, to predict.
    features : sequence of str, optional
        The input columns; all others where left out. Text columns are one-hot encoded.
    strict : bool
        Whether a cell that is no number in a column of numbers is refused, naming line
        and column; else it counts as missing.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, or a value does not parse.
    """
    locate: Locate = row_and_column
    if path.suffix.lower() == ".csv":
        frame, separator = delimited.read_csv(path)

        def locate(row: int, column: str) -> str:
            line = delimited.line_of(path, separator, row)
            return f"{path.name}, line {line}, column {column!r}"
    else:
        frame = _read_parquet(path)

        def locate(row: int, column: str) -> str:
            return f"{path.name}, {row_and_column(row, column)}"

    targets, inputs = _chosen(path, list(frame.columns), target, features)
    if strict and not len(frame):
        raise InputError(f"{path} has column names but no rows.")
    raw = Raw(
        source=path.name,
        x=np.empty((len(frame), 0)),
        y=np.empty(0),
        feature_names=[],
        target_names=targets,
        recode=True,
        locate=locate,
    )

    def column_of(name: str) -> tuple[Any, Any]:
        where = f"{path.name}: column {name!r}"
        numbers = _numbers(frame[name], where)
        if numbers is not None:
            return numbers, None
        texts = _texts(frame[name], where)
        numbers, broken = _parsed(texts, name, locate, strict)
        if broken:
            raw.notes.append(f"{broken} cells of column {name!r} are no numbers")
        return numbers, texts

    blocks: list[npt.NDArray[np.float64]] = []
    for name in inputs:
        numbers, texts = column_of(name)
        if numbers is not None:
            blocks.append(numbers[:, np.newaxis])
            raw.feature_names.append(name)
            continue
        columns, labels = _indicators(texts, name, path)
        start = len(raw.feature_names)
        raw.groups.append(list(range(start, start + len(labels))))
        blocks.append(columns)
        raw.feature_names.extend(labels)
    raw.x = np.concatenate(blocks, axis=1)

    columns_of_y = []
    for name in targets:
        numbers, texts = column_of(name)
        if numbers is None and len(targets) > 1:
            raise InputError(
                f"{path.name}: of several targets each must be a number. "
                f"Received: text in column {name!r}"
            )
        columns_of_y.append(texts if numbers is None else numbers)
    raw.y = columns_of_y[0] if len(targets) == 1 else np.stack(columns_of_y, axis=1)
    return raw


def _matrix(
    path: Path, name: str, array: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.float64], tuple[int, ...]]:
    """Return an input array as rows and columns of floats, and one row's shape."""
    if array.dtype.kind not in "fiub":
        raise InputError(
            f"{path.name}: {name} must hold numbers. Received: dtype={array.dtype}"
        )
    if not array.ndim:
        raise InputError(f"{path.name}: {name} must have rows. Received: a scalar")
    shape = array.shape[1:] or (1,)
    columns = int(np.prod(shape))
    return array.reshape(len(array), columns).astype(np.float64), shape


def _targets(path: Path, name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if array.dtype.kind not in "fiubU" or not array.ndim:
        raise InputError(
            f"{path.name}: {name} must hold numbers or text, one row a sample. "
            f"Received: dtype={array.dtype}, shape={array.shape}"
        )
    if array.dtype.kind == "U":
        if array.size != len(array):
            raise InputError(
                f"{path.name}: {name} must hold one text a row. "
                f"Received: shape={array.shape}"
            )
        return array.reshape(-1).astype(object)
    return array


def _names(
    arrays: dict[str, npt.NDArray[Any]], key: str, count: int, path: Path
) -> list[str]:
    """Return the names stored in an archive, or x0, x1, ..."""
    if key not in arrays:
        return [f"x{column}" for column in range(count)]
    names = [str(name) for name in arrays[key].reshape(-1)]
    if len(names) != count:
        raise InputError(
            f"{path.name}: {key} must hold {count} names. Received: {len(names)}"
        )
    return names


def read_npz(path: Path, features: Sequence[str] | None, strict: bool = True) -> Raw:
    """Read an .npz archive that holds `x` and `y`, and may hold `x_val` and `y_val`.

    Parameters
    ----------
    path : Path
    features : sequence of str, optional
        Names of the columns to keep: those in the archive's `feature_names` array, or
        x0, x1, ... where it has none. Rows of more axes are flat then.
    strict : bool
        Whether an archive without rows is refused.

    Raises
    ------
    InputError
        If the archive cannot be read, or its arrays do not belong together.
    """
    arrays = read_arrays(path)
    for name, partner in (("x", "x"), ("y", "y"), ("x_val", "y_val")):
        alone = (name in arrays) != (partner in arrays)
        if alone or (name == partner and name not in arrays):
            missing = partner if name in arrays else name
            raise InputError(
                f"{path.name} has no array {missing!r}; expected x and y, and perhaps "
                f"x_val and y_val. Received: {', '.join(arrays) or 'no arrays'}"
            )
    x, shape = _matrix(path, "x", arrays["x"])
    y = _targets(path, "y", arrays["y"])
    x_val = y_val = None
    if "x_val" in arrays:
        x_val, shape_val = _matrix(path, "x_val", arrays["x_val"])
        y_val = _targets(path, "y_val", arrays["y_val"])
        if shape_val != shape:
            raise InputError(
                f"{path.name}: a row of x_val must have the shape of one of x, {shape}."
                f" Received: {shape_val}"
            )
    for name, one, other in (("y", x, y), ("y_val", x_val, y_val)):
        if one is not None and other is not None and len(one) != len(other):
            raise InputError(
                f"{path.name}: {name} must have one row a row of "
                f"{name.replace('y', 'x')}, {len(one)}. Received: {len(other)}"
            )
    if strict and not x.size:
        raise InputError(f"{path.name}: x must not be empty. Received: shape={x.shape}")
    if strict and x_val is not None and not len(x_val):
        raise InputError(f"{path.name}: x_val must not be empty.")
    names = _names(arrays, "feature_names", x.shape[1], path)
    if features is not None:
        shape = (len(features),)
        for feature in features:
            if feature not in names:
                raise _unknown_column(path, "features", feature, names)
        kept = [names.index(feature) for feature in features]
        x, names = x[:, kept], list(features)
        x_val = None if x_val is None else x_val[:, kept]
    classes = arrays.get("class_names")
    return Raw(
        source=path.name,
        x=x,
        y=y,
        x_val=x_val,
        y_val=y_val,
        feature_names=names,
        target_names=["y"]
        if y.ndim == 1
        else [f"y{column}" for column in range(y.shape[-1])],
        row_shape=shape if len(shape) > 1 else None,
        class_names=[] if classes is None else [str(c) for c in classes.reshape(-1)],
        locate=lambda row, column: (
            f"{path.name}, row {row} (counting from 0), column {column!r}"
        ),
    )
