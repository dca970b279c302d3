"""A Keras model, and the objects in it, as the source that makes them."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.experiments.paths import Tree
from optlab.lookup import snake_case
from optlab.validation.programs.entries import default_config

#: Parts of a layer's configuration that its call is not given.
_LEFT_OUT = ("name", "dtype", "trainable", "batch_input_shape", "seed", "synchronized")


class ModelSource:
    """The lines that build a model."""

    def __init__(self, model: Any, name: str = "model") -> None:
        import keras

        self.foreign: set[str] = set()
        self.lines: list[str] = []
        if isinstance(model, keras.Sequential):
            self._sequential(model, name)
        else:
            self._functional(model, name)

    def _sequential(self, model: Any, name: str) -> None:
        self.lines.append(f"{name} = keras.Sequential(")
        self.lines.append("    [")
        shape, dtype = model.input_shape[1:], str(model.inputs[0].dtype)
        extra = "" if dtype == "float32" else f", dtype={dtype!r}"
        self.lines.append(f"        keras.Input({tuple(shape)}{extra}),")
        for layer in model.layers:
            self.lines.append(f"        {self.call(layer)},")
        self.lines += ["    ]", ")"]
        frozen = [k for k, layer in enumerate(model.layers) if not layer.trainable]
        self.lines += [f"{name}.layers[{k}].trainable = False" for k in frozen]

    def _functional(self, model: Any, name: str) -> None:
        import keras

        names: dict[int, str] = {}
        for k, tensor in enumerate(model.inputs):
            names[id(tensor)] = f"input_{k}"
            dtype = str(tensor.dtype)
            extra = "" if dtype == "float32" else f", dtype={dtype!r}"
            shape = tuple(tensor.shape[1:])
            self.lines.append(f"input_{k} = keras.Input({shape}{extra})")
        written: dict[int, str] = {}
        count = 0
        depths = sorted(model._nodes_by_depth, reverse=True)
        for node in [n for depth in depths for n in model._nodes_by_depth[depth]]:
            operation = node.operation
            if type(operation).__name__ == "InputLayer":
                continue
            if id(operation) not in written:
                variable = f"layer_{len(written)}"
                written[id(operation)] = variable
                if isinstance(operation, keras.Model):
                    nested = ModelSource(operation, variable)
                    self.lines += nested.lines
                    self.foreign |= nested.foreign
                elif isinstance(operation, keras.Layer):
                    self.lines.append(f"{variable} = {self.call(operation)}")
                    if not operation.trainable:
                        self.lines.append(f"{variable}.trainable = False")
            given = [_written(a, names) for a in node.arguments.args]
            given += [
                f"{key}={_written(value, names)}"
                for key, value in node.arguments.kwargs.items()
                if value is not None
            ]
            if isinstance(operation, keras.Layer):
                called = written[id(operation)]
            else:
                called = f"keras.ops.{snake_case(type(operation).__name__)}"
            outputs = node.output_tensors
            targets = []
            for tensor in outputs:
                names[id(tensor)] = f"t{count}"
                targets.append(f"t{count}")
                count += 1
            self.lines.append(f"{', '.join(targets)} = {called}({', '.join(given)})")
        ends = [names[id(tensor)] for tensor in model.outputs]
        inputs = [names[id(tensor)] for tensor in model.inputs]
        first = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
        last = ends[0] if len(ends) == 1 else f"[{', '.join(ends)}]"
        self.lines.append(f"{name} = keras.Model({first}, {last})")

    def call(self, layer: Any) -> str:
        """Return the call that makes a layer."""
        import keras

        cls = type(layer)
        own = getattr(keras.layers, cls.__name__, None) is cls
        if isinstance(layer, keras.Model):
            raise InputError("A model inside a chain of layers cannot be written.")
        if not own:
            self.foreign.add(cls.__name__)
        prefix = "layers." if own else ""
        return f"{prefix}{cls.__name__}({', '.join(arguments_of(layer))})"


def _written(value: Any, names: dict[int, str]) -> str:
    if id(value) in names:
        return names[id(value)]
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_written(part, names) for part in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner},)"
    if isinstance(value, (str, int, float, bool, type(None))):
        return repr(value)
    raise InputError(f"{type(value).__name__} cannot be written as an argument.")


def arguments_of(made: Any) -> list[str]:
    """Return the arguments of the call that makes a Keras object, as source.

    Those at their default are left out.
    """
    cls = type(made)
    config = {**getattr(made, "_fn_kwargs", {}), **made.get_config()}
    found = []
    for name, default in _defaults(cls, config).items():
        value = config[name]
        if name in _LEFT_OUT or _is_global(name, value):
            continue
        if isinstance(value, (np.floating, np.integer)) or (
            hasattr(value, "shape") and not np.shape(value)
        ):
            value = value.item() if hasattr(value, "item") else float(value)
        if isinstance(value, float) and not isinstance(made, _layer_class()):
            value = float(str(np.float32(value))) if name == "learning_rate" else value
        text = written_value(value)
        if name == "learning_rate":
            found.append(f"{name}={text}")
            continue
        if name == "activation" and default is None and value == "linear":
            continue
        if default is not inspect.Parameter.empty and (
            value == default or text == written_value(default) or _is(value, default)
        ):
            continue
        required = default is inspect.Parameter.empty and len(found) == 0
        found.append(text if required else f"{name}={text}")
    return found


def _is_global(name: str, value: Any) -> bool:
    """Whether a value is the one that Keras's settings give to every layer."""
    import keras

    return name == "data_format" and value == keras.config.image_data_format()


def _defaults(cls: Any, config: Tree) -> Tree:
    """Return the defaults of a class's arguments that its configuration holds."""
    parameters = inspect.signature(cls.__init__).parameters
    found = {name: p.default for name, p in parameters.items() if name in config}
    if found:
        return found
    # A constructor that a program has wrapped takes anything: ask an object of it.
    plain = default_config(cls)
    return {key: plain.get(key, inspect.Parameter.empty) for key in config}


def _layer_class() -> Any:
    import keras

    return keras.layers.Layer


def _is(value: Any, default: Any) -> bool:
    """Whether a serialized object is the default that a name stands for."""
    if isinstance(value, dict) and isinstance(default, str) and "class_name" in value:
        return written_value(value) == written_object(_class_of(default), {})
    if isinstance(value, (list, tuple)) and isinstance(default, int):
        return all(part == default for part in value)
    if isinstance(value, (list, tuple)) and isinstance(default, (list, tuple)):
        return list(value) == list(default)
    return False


def _class_of(name: str) -> Any:
    import keras

    try:
        return type(keras.initializers.get(name))
    except ValueError:
        return None


def written_value(value: Any) -> str:
    """Return a value of a configuration as source."""
    import keras

    if isinstance(value, dict) and value.get("class_name") == "function":
        return repr(str(value["config"]).removesuffix("_v2"))  # tf.nn.softmax's own
    if isinstance(value, dict) and "class_name" in value:
        config = {
            key: part
            for key, part in (value.get("config") or {}).items()
            if key not in ("name", "seed") and part is not None
        }
        for home in (keras.initializers, keras.regularizers, keras.constraints):
            cls = getattr(home, value["class_name"], None)
            if cls is not None:
                return written_object(cls, config)
        for home in (keras.optimizers.schedules, keras.layers):
            cls = getattr(home, value["class_name"], None)
            if cls is not None:
                return (
                    f"{_home(cls)}({', '.join(arguments_of(cls.from_config(config)))})"
                )
        raise InputError(f"{value['class_name']} cannot be written as source.")
    if isinstance(value, float) and value == float(np.float32(value)):
        return repr(float(str(np.float32(value))))  # as it was before it was float32
    if isinstance(value, np.ndarray):
        return repr(value.tolist())
    if isinstance(value, tuple):
        return repr(tuple(value))
    return repr(value)


def written_object(cls: Any, config: Tree) -> str:
    """Return the call that makes an initializer, regularizer or constraint."""
    from keras import initializers

    if cls is None:
        return ""
    plain = default_config(cls)
    kept = {k: v for k, v in config.items() if plain.get(k) != v}
    if not kept and hasattr(initializers, cls.__name__):
        return repr(snake_case(cls.__name__))
    inner = ", ".join(f"{key}={written_value(part)}" for key, part in kept.items())
    return f"{_home(cls)}({inner})"


def _home(cls: Any) -> str:
    import keras

    own = str(cls.__name__)
    for name in ("initializers", "regularizers", "constraints", "losses", "optimizers"):
        if getattr(getattr(keras, name), own, None) is cls:
            return f"keras.{name}.{own}"
    if getattr(keras.optimizers.schedules, own, None) is cls:
        return f"keras.optimizers.schedules.{own}"
    return f"layers.{own}"
