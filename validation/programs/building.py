"""Build and compile the Keras model that a `Program` describes."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.experiments.paths import Tree
from optlab.typing import Array
from optlab.validation.programs.program import Program, Template

#: Stands for the default of an argument that an edit took away.
_DEFAULT = object()
#: Keys of an entry that are a layer of their own after the dense one.
_EXTRA = ("batch_normalization", "dropout", "residual")
#: Fresh weights may differ from captured ones by this factor in size; beyond it the
#: captured ones are taken for pretrained.
PRETRAINED = 2.0
#: Numbers from which size and tails of a draw are known well enough to be compared, and
#: about how many of a large weight are looked at.
ENOUGH, LOOKED_AT = 1000, 100_000


def build(program: Program, seed: int) -> Any:
    """Return the model of a program, with its first weights, not compiled.

    Parameters
    ----------
    program : Program
        What to build.
    seed : int
        0: the captured weights, where the layer is as captured. Others: new draws,
        except for layers that are frozen or hold no fresh draw.

    Raises
    ------
    InputError
        If an entry cannot be built, or not in its place.
    """
    import keras

    template = program.template
    keras.utils.set_random_seed(seed)
    if template.kind == "opaque" and not program.from_scratch:
        if program.tree["model"]["layers"] != list(template.first.values()):
            raise InputError("The layers of a class of one's own cannot be changed.")
        template.model.set_weights(template.weights)
        return template.model
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chain = template.kind == "chain" or program.from_scratch
            made = _chain(program) if chain else _graph(program)
    except (ValueError, TypeError) as error:
        raise InputError(f"The model cannot be built: {error}") from error
    _take_over(program, made, seed)
    return made


def _chain(program: Program) -> Any:
    import keras

    template = program.template
    shape, dtype = template.input_shapes[0], template.input_dtypes[0]
    if len(template.input_shapes) > 1:
        shape = (sum(int(np.prod(part)) for part in template.input_shapes),)
        dtype = "float32"
    made = keras.Sequential([keras.Input(shape, dtype=dtype)])
    for entry in program.tree["model"]["layers"]:
        for layer in layers_of(entry, template):
            made.add(layer)
    return made


def _graph(program: Program) -> Any:
    import keras

    template = program.template
    entries = {entry.get("name"): entry for entry in program.tree["model"]["layers"]}
    if None in entries or not set(entries) <= set(template.first):
        raise InputError("New layers can only be put into a chain of layers.")

    def clone(layer: Any) -> Any:
        if layer.name not in template.first:
            return type(layer).from_config(layer.get_config())
        entry = entries.get(layer.name)
        if entry is None:
            if not {"dropout", "batch_normalization"} & set(template.first[layer.name]):
                raise InputError("Layers can only be taken out of a chain of layers.")
            return keras.layers.Identity(name=layer.name)
        found = layers_of(entry, template)
        if len(found) != 1:
            raise InputError("New layers can only be put into a chain of layers.")
        return found[0]

    return keras.models.clone_model(template.model, clone_function=clone)


def layers_of(entry: Tree, template: Template) -> list[Any]:
    """Return the Keras layers of one entry: dense or other, normalization, dropout."""
    import keras

    name = entry.get("name")
    captured = template.layers.get(name) if name else None
    first = template.first.get(name) if name else None
    if captured is not None and entry == first:
        return [_copy(captured)]
    kind = entry.get("class") or ("Dense" if entry.get("units") else "")
    shorthand = kind == "Dense"
    extra = shorthand and any(entry.get(key) for key in _EXTRA)
    if entry.get("residual"):
        raise InputError("A residual connection is not part of a chain of layers.")
    found: list[Any] = []
    activation = entry.get("activation", "linear")
    if kind:
        normalized = bool(extra and entry.get("batch_normalization"))
        options = _options(entry, first or {}, captured)
        if normalized:
            options["activation"] = "linear"
        found.append(_made(kind, captured, options))
        if normalized:
            found.append(keras.layers.BatchNormalization())
            if activation != "linear":
                found.append(keras.layers.Activation(activation))
    elif entry.get("batch_normalization"):
        found.append(
            keras.layers.BatchNormalization() if captured is None else _copy(captured)
        )
    elif entry.get("activation"):
        found.append(keras.layers.Activation(activation))
    if entry.get("dropout") and (shorthand or not kind):
        found.append(keras.layers.Dropout(entry["dropout"]))
    if found:  # a captured configuration may say otherwise
        found[0].trainable = entry.get("trainable") is not False
    if found and name and len(found) == 1:
        found[0].name = name
    return found


def _copy(layer: Any) -> Any:
    import keras

    if isinstance(layer, keras.Model):
        return keras.models.clone_model(layer)
    with keras.saving.custom_object_scope(_functions(layer)):
        return type(layer).from_config(layer.get_config())


def _functions(layer: Any) -> dict[str, Any]:
    """Return the functions that a layer holds, such as tf.nn.softmax, by name."""
    values = [getattr(layer, "activation", None), *vars(layer).values()]
    return {v.__name__: v for v in values if inspect.isfunction(v)}


def _options(entry: Tree, first: Tree, captured: Any) -> Tree:
    """Return what an entry changes of the configuration of its layer."""
    skip = {"class", "name", "trainable"}
    skip |= set() if entry.get("class", "Dense") != "Dense" else set(_EXTRA)
    options = {k: v for k, v in entry.items() if k not in skip and first.get(k) != v}
    for key in first:
        if key not in entry and key not in skip:
            options[key] = {"activation": "linear"}.get(key, _DEFAULT)
    for key, default in (
        ("kernel_initializer", "glorot_uniform"),
        ("bias_initializer", "zeros"),
    ):
        if key in options:
            value = options[key]
            options[key] = _serialized(default if value is _DEFAULT else value)
    for key in ("kernel_regularizer", "bias_regularizer", "kernel_constraint"):
        if options.get(key) is _DEFAULT:
            options[key] = None
        elif options.get(key):
            options[key] = _serialized(options[key])
    return options


def _serialized(table: Any) -> Any:
    """Return a table in the form that Keras's `get` takes."""
    if not isinstance(table, dict):
        return table
    rest = {k: v for k, v in table.items() if k != "name"}
    return {"class_name": _class_name(str(table["name"])), "config": rest}


def _class_name(name: str) -> str:
    special = {"l1_l2": "L1L2", "l1": "L1", "l2": "L2"}
    return special.get(name, "".join(part.capitalize() for part in name.split("_")))


def _made(kind: str, captured: Any, options: Tree) -> Any:
    import keras

    if captured is not None and type(captured).__name__ == kind:
        config = captured.get_config() | options
        kept = {k: v for k, v in config.items() if v is not _DEFAULT}
        with keras.saving.custom_object_scope(_functions(captured)):
            return type(captured).from_config(kept)
    cls = getattr(keras.layers, kind, None)
    if cls is None:
        raise InputError(f"Keras has no layer {kind!r}.")
    given = {k: v for k, v in options.items() if v is not None and v is not _DEFAULT}
    return cls(**given)


def _take_over(program: Program, made: Any, seed: int) -> None:
    """Put the captured weights into the layers that are as captured."""
    template = program.template
    entries = {entry.get("name"): entry for entry in program.tree["model"]["layers"]}
    started = int(template.optimizer.iterations.numpy()) > 0
    for layer in made.layers:
        captured, entry = template.layers.get(layer.name), entries.get(layer.name)
        if captured is None or entry is None or not layer.weights:
            continue
        first = template.first[layer.name]
        keys = ("kernel_initializer", "bias_initializer")
        if any(entry.get(key) != first.get(key) for key in keys):
            continue
        held, fresh = captured.get_weights(), layer.get_weights()
        if [w.shape for w in held] != [w.shape for w in fresh]:
            continue
        if seed == 0 or started or not captured.trainable or _trained(held, fresh):
            layer.set_weights(held)


def is_trained(layer: Any) -> bool:
    """Whether the weights of a built layer are no draw of its initializers.

    Weights that an initializer was given as a matrix are somebody's.
    """
    makers = (v for k, v in vars(layer).items() if k.endswith("_initializer"))
    if any(np.ndim(getattr(made, "value", 0)) for made in makers):
        return True
    twin = _copy(layer)
    shapes = getattr(layer, "_build_shapes_dict", None) or {}
    shape = shapes.get("input_shape") or next(iter(shapes.values()), None)
    if shape is None:
        return False
    twin.build(shape)
    return _trained(layer.get_weights(), twin.get_weights())


def _trained(held: list[Array], fresh: list[Array]) -> bool:
    """Whether weights are no draw of the initializer that drew the fresh ones.

    Biases begin at 0 or 1 exactly, so another value is no draw. Of kernels size and
    tails are compared: a draw of n numbers has its own to within a few times
    1 / sqrt(n), and training widens the tails.
    """
    for here, drawn in zip(held, fresh, strict=True):
        if here.size > LOOKED_AT and here.ndim > 1:
            part = slice(None, None, here.size // LOOKED_AT)
            here, drawn = (w.reshape(-1, 1)[part] for w in (here, drawn))
        if here.ndim < 2 and np.isin(drawn, (0.0, 1.0)).all():
            if not np.array_equal(here, drawn):
                return True
        if here.size < 8 or here.ndim < 2:
            continue
        size = [float(np.sqrt(np.mean(np.square(w)))) for w in (here, drawn)]
        low, high = min(size), max(size)
        if high > PRETRAINED * low or (
            here.size > 1 and np.ptp(here) == 0 < np.ptp(drawn)
        ):
            return True
        if here.size < ENOUGH or low == 0:
            continue
        tails = [float(np.mean(w**4) / np.mean(w**2) ** 2) for w in (here, drawn)]
        error = here.size**-0.5
        if np.log(high / low) > 0.03 + 6 * error:
            return True
        if abs(tails[0] - tails[1]) > 0.3 + 40 * error:
            return True
    return False


# Compiling.


def compile_as(program: Program, model: Any) -> None:
    """Compile a model with the loss, the optimizer and the rest of a program's."""
    template = program.template
    given = dict(template.compiled)
    kept: dict[str, Any] = {
        key: given[key]
        for key in ("loss_weights", "run_eagerly", "auto_scale_loss")
        if key in given
    }
    if template.kind == "opaque" and not program.from_scratch:
        kept |= {k: given[k] for k in ("metrics", "weighted_metrics") if k in given}
    model.compile(
        optimizer=optimizer_of(program),
        loss=loss_of(program),
        jit_compile=False,
        **kept,
    )


def loss_of(program: Program) -> Any:
    """Return the loss: the captured one, or the one of the changed table."""
    import keras

    table, template = dict(program.tree["loss"]), program.template
    if table == template.tables["loss"]:
        return template.compiled.get("loss")
    name, _ = table.pop("name"), table.pop("plain", None)
    cls = loss_class(name)
    if cls is None:
        raise InputError(f"Keras has no loss {name!r}.")
    made: keras.losses.Loss = cls(**{k: v for k, v in table.items() if v is not None})
    return made


def loss_class(name: str) -> Any:
    """Return the class of a loss's snake-case name; None where there is none."""
    import keras

    flat = name.replace("_", "").lower()
    for key in dir(keras.losses):
        value = getattr(keras.losses, key)
        if isinstance(value, type) and key.lower() == flat:
            return value
    return None


def optimizer_of(program: Program) -> Any:
    """Return a new optimizer: like the captured one, with what the table changes."""
    import keras

    table, template = dict(program.tree["optimizer"]), program.template
    captured = template.optimizer
    if type(captured).__name__ == "LossScaleOptimizer":
        captured = captured.inner_optimizer
    if table == template.tables["optimizer"]:
        return type(captured).from_config(captured.get_config())
    name, rate = table.pop("name"), table.pop("learning_rate", None)
    if name == "custom":
        config = captured.get_config() | {"learning_rate": rate}
        return type(captured).from_config(config)
    cls = {
        key.lower(): getattr(keras.optimizers, key) for key in dir(keras.optimizers)
    }[name.replace("_", "")]
    if isinstance(rate, dict):
        rate = dict(rate)
        schedule = _class_name(str(rate.pop("name")))
        rate = getattr(keras.optimizers.schedules, schedule)(**rate)
    options = {key: value for key, value in table.items() if value is not None}
    return cls(**options) if rate is None else cls(learning_rate=rate, **options)
