"""A program as an experiment of optlab's own, where its layers cover all of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.diagnosis.repairs import store
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.experiments.paths import Tree
from optlab.validation.programs.building import is_trained
from optlab.validation.programs.program import Program
from optlab.validation.twins.optimizers import excludes

#: Keys of the training table that an experiment has as well.
_TRAINING = ("epochs", "steps", "batch_size", "shuffle", "class_weight")


def covered(program: Program) -> Experiment:
    """Return the same set-up as an experiment.

    Raises
    ------
    InputError
        Naming the part that optlab lacks.
    """
    template, tree = program.template, program.to_dict()
    if template.kind != "chain" or len(template.target_shapes) > 1:
        raise InputError("The model is no chain of layers with one input and output.")
    beyond = set(template.compiled) - {"optimizer", "loss", "metrics", "jit_compile"}
    if beyond - {"weighted_metrics", "steps_per_execution"}:
        raise InputError(f"compile was given {sorted(beyond)[0]!r}.")
    if tree["loss"]["name"] in ("custom", "several", "none", "unknown"):
        raise InputError(f"The loss is a {tree['loss']['name']} one.")
    if tree["optimizer"]["name"] == "custom":
        raise InputError("The optimizer is a class of one's own.")
    if excludes(template.model.optimizer):
        raise InputError("The optimizer leaves weights out of its decay.")
    tree["training"].pop("metrics", None)  # they are not what is asked
    unknown = [key for key in tree["training"] if key not in _TRAINING]
    if unknown:
        raise InputError(f"fit was given {unknown[0]!r}.")
    _check_weights(program)
    entries: list[Tree] = []
    for entry in tree["model"]["layers"]:
        bare = {key: value for key, value in entry.items() if key != "name"}
        if bare.get("class") == "Flatten" and not entries:
            continue
        if bare == {"batch_normalization": True}:
            _check_normalization(template.layers[entry["name"]])
        entries.append(bare)
    with np.load(tree["data"]["source"], allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if "w" in arrays:
        raise InputError("fit was given sample_weight.")
    shape = template.input_shapes[0]
    flattens = tree["model"]["layers"][0].get("class") == "Flatten"
    if len(shape) > 1 and not flattens:
        raise InputError("The rows are more than vectors.")
    if arrays["y"].ndim > 2:
        raise InputError("The targets are more than vectors.")
    for name in ("x", "x_val"):
        if name in arrays:
            arrays[name] = arrays[name].reshape(len(arrays[name]), -1)
    experiment = Experiment(
        data={"source": store(arrays)},
        model={"layers": entries},
        loss=tree["loss"],
        optimizer=tree["optimizer"],
        training=tree["training"],
    )
    experiment._name = program.name
    return experiment


def _check_weights(program: Program) -> None:
    """Refuse weights that are no draw of their initializers."""
    template = program.template
    if int(template.model.optimizer.iterations.numpy()):
        raise InputError("The model has been trained before.")
    for name, layer in template.layers.items():
        if not layer.weights:
            continue
        if any(
            getattr(layer, key, None) is not None for key in ("activity_regularizer",)
        ):
            raise InputError(f"The layer {name!r} has an activity_regularizer.")
        if (
            getattr(layer, "bias_constraint", None)
            or getattr(layer, "use_bias", True) is False
        ):
            raise InputError(f"The layer {name!r} has no bias, or a constraint.")
        if not layer.trainable:
            raise InputError(f"The layer {name!r} is frozen: its weights are kept.")
        if layer.dtype_policy.compute_dtype != "float32":
            raise InputError(f"The layer {name!r} computes in another dtype.")
        if is_trained(layer):
            raise InputError(f"The layer {name!r} has weights of its own.")


def _check_normalization(layer: Any) -> None:
    default = type(layer)().get_config()
    config = layer.get_config()
    keys = ("momentum", "epsilon", "center", "scale")
    rank = layer.input_spec.ndim
    if any(config[k] != default[k] for k in keys) or config["axis"] not in (
        -1,
        rank - 1,
    ):
        raise InputError(f"The layer {layer.name!r} has options of its own.")
