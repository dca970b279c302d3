"""What the layers and the rows of a captured program say before it is trained."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np

from optlab.diagnosis.facts import Facts
from optlab.typing import Array
from optlab.validation.programs.building import is_trained, optimizer_of
from optlab.validation.programs.program import Template


class ProgramFacts(Facts):
    """Numbers about a program: `Facts` read off Keras layers."""

    @property
    def template(self) -> Template:
        """The captured model."""
        found: Template = self.experiment.template  # type: ignore[attr-defined]
        return found

    @cached_property
    def dense(self) -> list[dict[str, Any]]:
        """The entries of dense layers."""
        return [entry for entry in self.layers if is_dense(entry)]

    @property
    def hidden(self) -> list[dict[str, Any]]:
        """The entries of dense layers but the one that gives the outputs."""
        return self.dense[:-1] if self.ends_dense else self.dense

    @cached_property
    def ends_dense(self) -> bool:
        """Whether the last layer with weights is a dense one."""
        kinds = [e for e in self.layers if e.get("class") or e.get("units")]
        return bool(kinds) and is_dense(kinds[-1])

    @cached_property
    def output(self) -> dict[str, Any]:
        """The last dense entry; its units are those that the model gives."""
        last: dict[str, Any] = {}
        last |= self.dense[-1] if self.ends_dense else {"activation": "linear"}
        shape = getattr(self.template.model, "output_shape", None)
        if not isinstance(last.get("units"), int):
            width = shape[-1] if isinstance(shape, tuple) else None
            last["units"] = width if isinstance(width, int) else self.data.outputs
        return last

    @cached_property
    def final_activation(self) -> str:
        """The activation after the last layer with weights."""
        found = "linear"
        for entry in self.layers:
            if entry.get("activation"):
                found = str(entry["activation"])
            elif entry.get("units") or entry.get("filters"):
                found = "linear"
        return found

    @cached_property
    def hidden_activations(self) -> list[str]:
        """One activation a hidden dense or convolutional layer, in order."""
        found: list[str] = []
        for entry in self.layers:
            if is_dense(entry) or entry.get("filters"):
                found.append(str(entry.get("activation") or "linear"))
            elif entry.get("activation") and found and "class" not in entry:
                found[-1] = str(entry["activation"])
        return found[:-1]

    @cached_property
    def kernels(self) -> list[Array]:
        """The kernels of the dense layers, as captured."""
        found = []
        for entry in self.dense:
            layer = self.template.layers.get(str(entry.get("name")))
            kernel = getattr(layer, "kernel", None)
            if kernel is not None:
                found.append(np.asarray(kernel))
        return found

    @cached_property
    def fans(self) -> list[tuple[int, int]]:
        """(inputs, outputs) of each dense layer."""
        return [(int(k.shape[0]), int(k.shape[-1])) for k in self.kernels]

    @cached_property
    def gains(self) -> list[float]:
        """Each kernel's standard deviation, relative to He's for its fan-in."""
        return [
            float(np.sqrt(np.mean(np.square(kernel))))
            / math.sqrt(2.0 / kernel.shape[0])
            for kernel in self.kernels
        ]

    @cached_property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of the outputs for one row; empty where it is not known."""
        shape = getattr(self.template.model, "output_shape", None)
        return tuple(shape[1:]) if isinstance(shape, tuple) else ()

    @cached_property
    def frozen_fresh(self) -> bool:
        """Whether the frozen layers hold weights that nothing was trained for."""
        frozen = [e["name"] for e in self.layers if e.get("trainable") is False]
        layers = [self.template.layers[n] for n in frozen if n in self.template.layers]
        layers = [layer for layer in layers if layer.weights]
        return bool(layers) and not any(is_trained(layer) for layer in layers)

    @property
    def loss(self) -> str:
        """The loss's name in tf.keras's snake case."""
        return str(self.tree["loss"]["name"])

    @cached_property
    def rate(self) -> float:
        """The learning rate of the first step."""
        rate = self.optimizer.get("learning_rate")
        if isinstance(rate, (int, float)):
            return float(rate)
        schedule = self.schedule
        return 1e-3 if schedule is None else short(schedule(0))

    @cached_property
    def schedule(self) -> Any:
        """The schedule of the rate as a function of the step; None where constant."""
        if not isinstance(self.optimizer.get("learning_rate"), dict):
            return None
        made = optimizer_of(self.experiment)._learning_rate  # type: ignore[arg-type]
        return lambda step: short(made(step))

    @property
    def sequential_input(self) -> bool:
        """Whether a row is more than a vector: a sequence, or a picture."""
        return len(self.template.input_shapes[0]) > 1

    @property
    def row_shape(self) -> tuple[int, ...]:
        """The shape of one row; of several inputs, that of their columns."""
        shapes = self.template.input_shapes
        return shapes[0] if len(shapes) == 1 else self.data.x.shape[1:]

    @property
    def tokens(self) -> bool:
        """Whether the inputs are numbers of words."""
        return self.template.tokens

    @property
    def kind(self) -> str:
        """How far layers can be changed: "chain", "graph" or "opaque"."""
        return self.template.kind


def short(rate: Any) -> float:
    """Return a float32 rate as the number that was meant: 0.1, not 0.100000001."""
    return float(str(np.float32(rate)))


def is_dense(entry: dict[str, Any]) -> bool:
    """Whether an entry is a dense layer."""
    return bool(entry.get("units")) and entry.get("class", "Dense") == "Dense"
