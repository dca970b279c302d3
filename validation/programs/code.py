"""A cured program as Keras source: rows, preparation, model, compile and fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.experiments.paths import Tree
from optlab.validation.programs.building import build, loss_of, optimizer_of
from optlab.validation.programs.calls import ModelSource, arguments_of
from optlab.validation.programs.own_source import own_model, own_source
from optlab.validation.programs.program import Program


def source_of(program: Program, script: str = "", seed: int = 0) -> tuple[str, Tree]:
    """Return a complete program, and the arrays of the .npz file that it reads.

    Parameters
    ----------
    program : Program
        The cured one.
    script : str
        Path of the user's script, where classes of its own are taken from.
    seed : int
        Of the first weights.

    Raises
    ------
    InputError
        If the model cannot be written as calls of Keras.
    """
    arrays = dict(_arrays(program))
    if program.template.kind == "opaque" and not program.from_scratch:
        names, model = own_model(program, script)
    else:
        made = build(program, seed)
        weights = _own_weights(program, made, arrays)
        writer = ModelSource(made)
        names, model = writer.foreign, [*writer.lines, *weights]
    fit = program.training
    lines = [
        "import pathlib",
        "",
        "import keras",
        "import numpy as np",
        "from keras import layers",
        "",
        *own_source(script, names | _foreign_parts(program)),
        "keras.utils.set_random_seed(SEED := 0)",
        'rows = np.load(pathlib.Path(__file__).with_suffix(".npz"))',
        *_preparation(program, arrays),
        *model,
        *_compile_lines(program),
        *_fit_lines(program, fit, arrays),
    ]
    return "\n".join(lines) + "\n", arrays


def _arrays(program: Program) -> Tree:
    with np.load(program.tree["data"]["source"], allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _preparation(program: Program, arrays: Tree) -> list[str]:
    """Return the lines that read, scale and split the rows."""
    lines = ['x, y = rows["x"], rows["y"]']
    held = "x_val" in arrays
    if held:
        lines.append('x_val, y_val = rows["x_val"], rows["y_val"]')
    if "w" in arrays:
        lines.append('weights = rows["w"]')
    table, template = program.tree["data"], program.template
    names = ["x"] + ["x_val"] * held
    if table.get("scale", "none") != "none" and not program.tokens:
        axis = tuple(range(max(1, arrays["x"].ndim - 1))) if arrays["x"].ndim > 2 else 0
        if table["scale"] == "minmax":
            what, size = "Scale the inputs to 0..1", f"x.max(axis={axis}) - x_mean"
            lines += ["", f"# {what} by the numbers of the training rows."]
            lines += [f"x_mean = x.min(axis={axis})", f"x_std = {size}"]
        else:
            what, size = "Standardize the inputs", f"x.std(axis={axis})"
            lines += ["", f"# {what} by the numbers of the training rows."]
            lines += [f"x_mean, x_std = x.mean(axis={axis}), {size}"]
        lines += [
            "x_std = np.where(x_std > 0, x_std, 1.0)",
            *(f"{n} = (({n} - x_mean) / x_std).astype('float32')" for n in names),
        ]
    if table.get("target_scale", "none") != "none":
        lines += [
            "",
            "# Standardize the targets; a prediction p means p * y_std + y_mean.",
            "y_mean, y_std = y.mean(axis=0), y.std(axis=0)",
            "y_std = np.where(y_std > 0, y_std, 1.0)",
            "y = ((y - y_mean) / y_std).astype('float32')",
            *(["y_val = ((y_val - y_mean) / y_std).astype('float32')"] * held),
        ]
    if not program.from_scratch and len(template.input_shapes) > 1:
        lines += _split_lines("x", template.input_shapes, template.input_dtypes)
        if held:
            lines += _split_lines("x_val", template.input_shapes, template.input_dtypes)
    if len(template.target_shapes) > 1:
        kinds = ["float32"] * len(template.target_shapes)
        lines += _split_lines("y", template.target_shapes, kinds)
        if held:
            lines += _split_lines("y_val", template.target_shapes, kinds)
    return [*lines, ""]


def _split_lines(name: str, shapes: list[Any], dtypes: list[str]) -> list[str]:
    parts, begin = [], 0
    for shape, dtype in zip(shapes, dtypes, strict=True):
        size = int(np.prod(shape))
        parts.append(
            f"{name}[:, {begin}:{begin + size}].reshape((-1, *{tuple(shape)}))"
            f".astype({dtype!r})"
        )
        begin += size
    return [f"{name} = [", *(f"    {part}," for part in parts), "]"]


def _own_weights(program: Program, made: Any, arrays: Tree) -> list[str]:
    """Return lines that load weights which are no fresh draws, kept in the file."""
    if program.from_scratch:
        return []
    other = build(program, 1)
    lines = []
    for number, (layer, twin) in enumerate(zip(made.layers, other.layers, strict=True)):
        held, drawn = layer.get_weights(), twin.get_weights()
        kernels = [k for k, w in enumerate(held) if w.ndim > 1 and w.size > 1]
        same = kernels and all(np.array_equal(held[k], drawn[k]) for k in kernels)
        constant = all(np.ptp(held[k]) == 0 for k in kernels)
        if not same or constant:
            continue
        for k, value in enumerate(held):
            arrays[f"layer{number}_{k}"] = value
        parts = ", ".join(f'rows["layer{number}_{k}"]' for k in range(len(held)))
        lines.append(f"model.layers[{number}].set_weights([{parts}])")
    return lines


# Compile and fit.


def optimizer_text(program: Program) -> str:
    """Return the call that makes the optimizer."""
    made = optimizer_of(program)
    cls: Any = type(made)
    import keras

    own = getattr(keras.optimizers, cls.__name__, None) is cls
    prefix = "keras.optimizers." if own else ""
    return f"{prefix}{cls.__name__}({', '.join(arguments_of(made))})"


def loss_text(program: Program) -> str:
    """Return the loss as ``compile`` takes it, as source."""
    import keras

    made: Any = loss_of(program)
    if made is None or isinstance(made, str):
        return repr(made)
    if isinstance(made, (list, tuple)):
        return repr([part for part in made])
    if isinstance(made, dict):
        return repr(made)
    if isinstance(made, keras.losses.Loss):
        own = getattr(keras.losses, type(made).__name__, None) is type(made)
        prefix = "keras.losses." if own else ""
        return f"{prefix}{type(made).__name__}({', '.join(arguments_of(made))})"
    name = getattr(made, "__name__", "")
    return repr(name) if getattr(keras.losses, name, None) is made else name


def _foreign_parts(program: Program) -> set[str]:
    """Return the names of losses and optimizers that are the user's own."""
    found = set()
    for text in (loss_text(program), optimizer_text(program)):
        name = text.partition("(")[0]
        if name.isidentifier() and name != "None":
            found.add(name)
    return found


def metrics_of(program: Program) -> list[str]:
    """Return the metrics that mean something for the task."""
    given = program.template.compiled.get("metrics") or ()
    names = [m for m in np.atleast_1d(np.array(given, object)) if isinstance(m, str)]
    classes = "crossentropy" in str(program.tree["loss"]["name"])
    counted = {"accuracy", "acc", "binary_accuracy", "categorical_accuracy"}
    if classes:
        return ["accuracy"] if counted & set(names) else []
    return [name for name in names if name not in counted]


def _compile_lines(program: Program) -> list[str]:
    parts = [f"optimizer={optimizer_text(program)}", f"loss={loss_text(program)}"]
    metrics = metrics_of(program)
    if metrics:
        parts.append(f"metrics={metrics!r}")
    for key in ("loss_weights", "run_eagerly", "auto_scale_loss"):
        if key in program.template.compiled:
            parts.append(f"{key}={program.template.compiled[key]!r}")
    return ["model.compile(", *(f"    {part}," for part in parts), ")"]


def _fit_lines(program: Program, fit: Any, arrays: Tree) -> list[str]:
    from optlab.validation.programs.engine import row_weights

    parts = ["x", "y"]
    if fit.steps is not None:
        rows = len(arrays["x"])
        batches = -(-rows // min(int(fit.batch_size), rows))
        parts.append(f"epochs={max(1, -(-int(fit.steps) // batches))}")
    else:
        parts.append(f"epochs={int(fit.epochs or 20)}")
    parts.append(f"batch_size={int(fit.batch_size)}")
    if not fit.shuffle:
        parts.append("shuffle=False")
    if "x_val" in arrays:
        parts.append("validation_data=(x_val, y_val)")
    lines: list[str] = []
    if fit.class_weight:
        if "w" in arrays or fit.class_weight == "balanced":
            data = program.load_data()
            weights = row_weights(program, data)
            if weights is not None:
                arrays["w"] = weights
            lines.append('weights = rows["w"]')
            parts.append("sample_weight=weights")
        else:
            table = {int(k): v for k, v in fit.class_weight.items()}
            parts.append(f"class_weight={table!r}")
    elif "w" in arrays:
        parts.append("sample_weight=weights")
    if getattr(fit, "steps_per_epoch", None):
        parts.append(f"steps_per_epoch={fit.steps_per_epoch}")
    return [*lines, "model.fit(", *(f"    {part}," for part in parts), ")"]
