"""An optimizer's twin in tf.keras, and back: configuration and state."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from optlab import optimizers
from optlab.errors import InputError
from optlab.optimizers import LossScaleOptimizer, Optimizer
from optlab.optimizers.parameter_set import Tensors
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

#: The state that a loss-scaling optimizer has besides, in both.
_SCALE = ("dynamic_scale", "step_counter")
#: Twins of optimizers that a user wrote: ours -> the Keras class.
OWN: dict[type[Optimizer], Any] = {}


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
    twin = _twin(optimizer)
    _exclude(optimizer, twin, variables)
    if variables:
        twin.build(list(variables))
        if optimizer.built:
            write_state(optimizer.save_state(), twin)
    return twin


def _twin(optimizer: Optimizer) -> Any:
    """Return the tf.keras optimizer with the same configuration."""
    keras = load().keras
    name = type(optimizer).__name__
    cls = OWN.get(type(optimizer), getattr(keras.optimizers, name, None))
    if cls is None:
        raise InputError(
            f"tf.keras {keras.__version__} has no optimizer {name!r}. One that you "
            "wrote: --keras MODULE:CLASS --rule MODULE:NAME."
        )
    config = optimizer.get_config()
    if isinstance(optimizer, LossScaleOptimizer):
        config["inner_optimizer"] = _twin(optimizer.inner_optimizer)
    elif optimizer.schedule is not None:
        config["learning_rate"] = schedule_to_keras(optimizer.schedule)
    return cls(**_accepted(cls, config, type(optimizer)))


def _exclude(optimizer: Optimizer, twin: Any, variables: Sequence[Any]) -> None:
    """Leave out of the twin's weight decay what ours leaves out."""
    inner, twin = inner_of(optimizer), inner_of(twin)
    if not inner.excludes:
        return
    if not inner.built or not variables:
        raise InputError(
            "`exclude_from_weight_decay` goes along with the parameters: build the "
            "optimizer, and give the twin's variables."
        )
    left = [v for k, v in enumerate(variables) if not inner.may_decay(k)]
    twin.exclude_from_weight_decay(var_list=left)


def optimizer_from_keras(
    twin: Any, params: Tensors | None = None, variables: Sequence[Any] | None = None
) -> Optimizer:
    """Return our optimizer with the configuration of a tf.keras one, and its state.

    Parameters
    ----------
    twin : keras.optimizers.Optimizer
        Built or not.
    params : Parameters or sequence of ndarray, optional
        Our parameters: ours is built for them and takes over the twin's state.
    variables : sequence of keras.Variable, optional
        The twin's, in the order of `params`; where left out, as the twin has them.

    Raises
    ------
    InputError
        Where optlab has no such optimizer, or the twin was built for other variables.
    """
    ours = configured_from_keras(twin)
    if params is not None:
        take_over(twin, ours, params, variables)
    elif excludes(twin):
        raise InputError(
            "`exclude_from_weight_decay` of a tf.keras optimizer names its "
            "variables, and goes along with the model that has them."
        )
    return ours


def take_over(
    twin: Any,
    ours: Optimizer,
    params: Tensors,
    variables: Sequence[Any] | None = None,
) -> None:
    """Build our optimizer for parameters, and give it what the twin knows of them.

    See `optimizer_from_keras`; `ours` is not built yet.
    """
    if variables is None and twin.built:
        variables = inner_of(twin)._trainable_variables
    if excludes(twin):
        if variables is None:
            raise InputError("`variables` of the tf.keras optimizer are needed.")
        inner_of(ours).exclude_from_weight_decay(
            [
                param
                for param, variable in zip(params, variables, strict=True)
                if not inner_of(twin)._use_weight_decay(variable)
            ]
        )
    ours.build(params)
    if twin.built:
        read_state(twin, ours, variables)


def configured_from_keras(twin: Any) -> Optimizer:
    """Return our optimizer with the configuration of a tf.keras one, not built."""
    name = type(twin).__name__
    keras = load().keras
    if getattr(keras.optimizers, name, None) is not type(twin):
        raise InputError(
            f"optlab has no counterpart of the optimizer class {name!r}. To compare it "
            "with your rule: optlab verify --keras MODULE:CLASS --rule MODULE:RULE"
        )
    config = dict(twin.get_config())
    if name == "LossScaleOptimizer":
        inner = configured_from_keras(twin.inner_optimizer)
        kept = ("initial_scale", "dynamic_growth_steps", "name")
        return LossScaleOptimizer(inner, **{key: config[key] for key in kept})
    rate = twin._learning_rate
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        config["learning_rate"] = schedule_from_keras(rate)
    return optimizers.get({"class_name": name, "config": config})


def inner_of(optimizer: Any) -> Any:
    """Return what a loss-scaling optimizer wraps, any other one itself."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def excludes(twin: Any) -> bool:
    """Tell whether a tf.keras optimizer leaves variables out of its weight decay."""
    twin = inner_of(twin)
    names = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")
    return any(getattr(twin, name, None) for name in names)


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
    twin = inner_of(twin)
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
    for name in _SCALE:
        if name in state:
            getattr(twin, name).assign(state[name])
    twin = inner_of(twin)
    for key, array in state.items():
        if key.startswith("slot/"):
            _, slot, index = key.split("/")
            variable = slot_variable(twin, slot, int(index))
            # Adafactor keeps the integer 0 where a vector has neither row nor column.
            if variable is not None and variable.shape == array.shape:
                variable.assign(array)
    _calls(twin).assign(state["calls"])
    if "u_product" in state:
        twin._u_product.assign(state["u_product"])


def read_state(
    twin: Any, optimizer: Optimizer, variables: Sequence[Any] | None = None
) -> None:
    """Copy the twin's state into ours.

    Parameters
    ----------
    twin : keras.optimizers.Optimizer
        Built.
    optimizer : Optimizer
        Ours, built.
    variables : sequence of keras.Variable, optional
        The twin's, in the order of our parameters; its own order where left out.

    Raises
    ------
    InputError
        If the twin was not built for such a variable.
    """
    state = optimizer.save_state()
    for name in _SCALE:
        if name in state:
            state[name] = getattr(twin, name).numpy().item()
    twin = inner_of(twin)
    places = {id(v): place for place, v in enumerate(twin._trainable_variables)}
    if variables is None:
        variables = twin._trainable_variables
    missing = [v.path for v in variables if id(v) not in places]
    if missing:
        raise InputError(
            f"The Keras optimizer was built without the variable {missing[0]!r}: "
            "compile the model again after a change of `trainable`."
        )
    for slot, arrays in slot_arrays(twin, list(optimizer.state)).items():
        for index, variable in enumerate(variables):
            array = arrays[places[id(variable)]]
            key = f"slot/{slot}/{index}"
            if array is not None and array.shape == state[key].shape:
                state[key] = array
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
