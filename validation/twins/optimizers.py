"""An optimizer's twin in tf.keras, and back: configuration and state."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optlab import optimizers
from optlab.errors import InputError
from optlab.optimizers import LossScaleOptimizer, Optimizer
from optlab.optimizers.base import Tensors
from optlab.typing import Array
from optlab.validation.runtime import load
from optlab.validation.twins.schedules import schedule_from_keras, schedule_to_keras

#: Where tf.keras optimizers keep a slot: the attributes that may hold its variables.
SLOT_ATTRIBUTES = {
    "momentum": ("momentums", "_momentums", "_m"),
    "velocity": ("_velocities", "adam_velocities", "_v"),
    "velocity_hat": ("_velocity_hats",),
    "norm": ("_u",),
    "accumulator": ("_accumulators",),
    "linear": ("_linears",),
    "accumulated_grad": ("_accumulated_grads",),
    "accumulated_delta_var": ("_accumulated_delta_vars",),
    "average_gradient": ("_average_gradients",),
    "r": ("_r",),
    "c": ("_c",),
    "average": ("_model_variables_moving_average",),
    "gradient_accumulator": ("_accumulated_gradients",),
}


def optimizer_to_keras(optimizer: Optimizer, variables: Sequence[Any] = ()) -> Any:
    """Return the tf.keras optimizer with the same configuration and state.

    Parameters
    ----------
    optimizer : Optimizer
        Ours; where it is built, the state is copied into the twin.
    variables : sequence of keras.Variable
        The twin's parameters, in our order. Without them the twin is not built.

    Raises
    ------
    InputError
        Where tf.keras has no such optimizer, or not with such an argument.
    """
    keras = load().keras
    name = type(optimizer).__name__
    cls = getattr(keras.optimizers, name, None)
    if cls is None:
        raise InputError(f"tf.keras {keras.__version__} has no optimizer {name!r}.")
    if isinstance(optimizer, LossScaleOptimizer):
        config = optimizer.get_config()
        config["inner_optimizer"] = optimizer_to_keras(optimizer.inner_optimizer)
        twin = cls(**_accepted(cls, config, LossScaleOptimizer))
    else:
        config = optimizer.get_config()
        if optimizer.schedule is not None:
            config["learning_rate"] = schedule_to_keras(optimizer.schedule)
        twin = cls(**_accepted(cls, config, type(optimizer)))
    if variables:
        twin.build(list(variables))
        if optimizer.built:
            write_state(optimizer.save_state(), twin)
    return twin


def optimizer_from_keras(twin: Any, params: Tensors | None = None) -> Optimizer:
    """Return our optimizer with the configuration of a tf.keras one, and its state.

    Parameters
    ----------
    twin : keras.optimizers.Optimizer
        Built or not.
    params : Parameters or sequence of ndarray, optional
        Our parameters, in the order of the twin's variables: ours is built for them and
        takes over the twin's state.

    Raises
    ------
    InputError
        Where optlab has no such optimizer.
    """
    name = type(twin).__name__
    keras = load().keras
    if getattr(keras.optimizers, name, None) is not type(twin):
        raise InputError(
            f"optlab has no counterpart of the optimizer class {name!r}. To compare it "
            "with your rule: optlab verify --keras MODULE:CLASS --rule MODULE:RULE"
        )
    config = dict(twin.get_config())
    if name == "LossScaleOptimizer":
        inner = optimizer_from_keras(twin.inner_optimizer)
        kept = ("initial_scale", "dynamic_growth_steps", "name")
        known = {key: config[key] for key in kept}
        ours: Optimizer = LossScaleOptimizer(inner, **known)
    else:
        rate = twin._learning_rate
        if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            config["learning_rate"] = schedule_from_keras(rate)
        ours = optimizers.get({"class_name": name, "config": config})
    if params is not None:
        ours.build(params)
        if twin.built:
            read_state(twin, ours)
    return ours


def slot_variable(twin: Any, slot: str, index: int) -> Any | None:
    """Return the twin's variable for one slot of one parameter; None where it has none.

    An optimizer that is not one of tf.keras's own is asked by name: its variable for
    `slot` of a parameter called "kernel" is "kernel_slot".
    """
    for attribute in SLOT_ATTRIBUTES.get(slot, ()):
        variables = getattr(twin, attribute, None)
        if variables:
            return variables[index]
    name = f"{twin._trainable_variables[index].name}_{slot}"
    found = [variable for variable in twin.variables if variable.name == name]
    return found[0] if len(found) == 1 else None


def slot_arrays(twin: Any, slots: Sequence[str]) -> dict[str, list[Array | None]]:
    """Return copies of the twin's slots, by our names."""
    count = len(twin._trainable_variables)
    found = {}
    for slot in slots:
        variables = [slot_variable(twin, slot, index) for index in range(count)]
        arrays = [None if v is None else v.numpy() for v in variables]
        # Integers stand where a tensor does not need the slot.
        found[slot] = [
            None if array is None or array.dtype.kind != "f" else array
            for array in arrays
        ]
    return found


def write_state(state: Mapping[str, Any], twin: Any) -> None:
    """Copy our state, as `Optimizer.save_state` returns it, into the twin's."""
    for key, array in state.items():
        if key.startswith("slot/"):
            _, slot, index = key.split("/")
            variable = slot_variable(twin, slot, int(index))
            if variable is not None:
                variable.assign(array)
    _calls(twin).assign(state["calls"])
    if "u_product" in state:
        twin._u_product.assign(state["u_product"])


def read_state(twin: Any, optimizer: Optimizer) -> None:
    """Copy the twin's state into ours."""
    state = optimizer.save_state()
    for slot, arrays in slot_arrays(twin, list(optimizer.state)).items():
        for index, array in enumerate(arrays):
            # Adafactor keeps the integer 0 where a vector has neither row nor column.
            if array is not None and np.asarray(array).dtype.kind == "f":
                state[f"slot/{slot}/{index}"] = np.asarray(array)
    state["calls"] = int(_calls(twin).numpy())
    if "u_product" in state:
        state["u_product"] = float(twin._u_product.numpy())
    optimizer.load_state(state)


def _calls(twin: Any) -> Any:
    """Return the variable that counts calls; before Keras 3.4 it had another name."""
    return twin._iterations if hasattr(twin, "_iterations") else twin.iterations


def _accepted(cls: Any, config: dict[str, Any], ours: type) -> dict[str, Any]:
    """Drop what an older tf.keras does not know, where it is at its default."""
    known: set[str] = set()
    for owner in cls.__mro__:
        if "__init__" in vars(owner):
            known |= set(inspect.signature(owner.__init__).parameters)
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(ours).parameters.items()
    }
    kept = {}
    for name, value in config.items():
        if name in known:
            kept[name] = value
        elif value is not None and value != defaults.get(name) and value is not False:
            raise InputError(
                f"The installed tf.keras has no argument `{name}` for {cls.__name__}. "
                f"Received: {name}={value!r}"
            )
    return kept
