"""A program as an experiment of optlab's own, where its layers cover all of it."""

from __future__ import annotations

import numpy as np

from optlab.diagnosis.edits import ends_dense
from optlab.diagnosis.repairs import store
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.experiments.paths import Tree
from optlab.layers import configuration, contract
from optlab.validation.programs.building import is_trained
from optlab.validation.programs.program import Program
from optlab.validation.twins.models import model_from_keras
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
    if excludes(template.optimizer):
        raise InputError("The optimizer leaves weights out of its decay.")
    tree["training"].pop("metrics", None)  # they are not what is asked
    in_steps(tree["training"])
    unknown = [key for key in tree["training"] if key not in _TRAINING]
    if unknown:
        raise InputError(f"fit was given {unknown[0]!r}.")
    if tree["data"].get("held"):
        raise InputError("Its generator gives one batch alone.")
    _check_weights(program)
    entries = _entries(program)
    if not ends_dense(entries):
        raise InputError("The outputs are not those of a dense layer.")
    flattens = entries[0].get("class") == "Flatten"
    with np.load(tree["data"]["source"], allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if "w" in arrays:
        raise InputError("fit was given sample_weight.")
    if arrays["y"].ndim > 2:
        raise InputError("The targets are more than vectors.")
    if flattens:
        entries = entries[1:]
        for name in {"x", "x_val"} & set(arrays):
            arrays[name] = arrays[name].reshape(len(arrays[name]), -1)
    found = {
        "data": {"source": store(arrays)},
        "model": {"layers": entries},
        "loss": tree["loss"],
        "optimizer": tree["optimizer"],
        "training": tree["training"],
    }
    return Experiment.from_tree(found, name=program.name)


def in_steps(training: Tree) -> None:
    """Turn epochs of a number of steps each into the number of all steps."""
    if "steps_per_epoch" in training:
        each = training.pop("steps_per_epoch")
        training["steps"] = each * training.pop("epochs", 1)


def _entries(program: Program) -> list[Tree]:
    """Return an entry for each layer, as the twins' conversion reads it.

    Raises
    ------
    InputError
        Naming the layer that optlab lacks.
    """
    template = program.template
    layers = model_from_keras(template.model, compiled=False).model.layers
    captured = program.to_dict()["model"]["layers"]
    if len(layers) != len(captured):
        raise InputError("The model is no chain of single layers.")
    found: list[Tree] = []
    for layer in layers:
        table = configuration(layer)
        table.pop("name", None)
        found += contract([table])
    return found


def _check_weights(program: Program) -> None:
    """Refuse weights that are no draw of their initializers."""
    template = program.template
    if int(template.optimizer.iterations.numpy()):
        raise InputError("The model has been trained before.")
    for name, layer in template.layers.items():
        if not layer.weights:
            continue
        if not layer.trainable:
            raise InputError(f"The layer {name!r} is frozen: its weights are kept.")
        if is_trained(layer):
            raise InputError(f"The layer {name!r} has weights of its own.")
