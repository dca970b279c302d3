"""Which runs can be trained in lock step, and which of them together.

Covered are dense models with a loss that is a mean over the samples, metrics that count
rows, and an elementwise update rule without options around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab import losses
from optlab import metrics as known_metrics
from optlab.kernels import metrics as kernels
from optlab.training.objective import Objective

if TYPE_CHECKING:
    from optlab.experiments.building import Built

#: What a dense layer may be given; any other argument has to be at None.
_OF_A_LAYER = (
    "units",
    "activation",
    "use_bias",
    "kernel_initializer",
    "bias_initializer",
)
#: The metrics that count rows, and what counts them.
KERNELS: dict[type, Callable[..., float]] = {
    known_metrics.BinaryAccuracy: kernels.hits_binary,
    known_metrics.SparseCategoricalAccuracy: kernels.hits_sparse,
    known_metrics.CategoricalAccuracy: kernels.hits_categorical,
    known_metrics.MeanAbsoluteError: kernels.absolute_error,
    known_metrics.MeanSquaredError: kernels.squared_error,
}


def why_not(built: Built) -> str:
    """Return why a run cannot be trained in lock step; empty where it can.

    Parameters
    ----------
    built : Built
        As `Experiment.build` returns it.
    """
    return training_why_not(built) or optimizer_why_not(built.optimizer)


def training_why_not(built: Built) -> str:
    """Return what is against a run besides its optimizer."""
    if built.problem is not None:
        return "it minimizes a function"
    arguments = built.fit_arguments
    if arguments.get("callbacks"):
        return "it has callbacks"
    if arguments.get("class_weight") is not None:
        return "it has class weights"
    return _model_why_not(built.model) or _loss_why_not(built)


def _model_why_not(model: Any) -> str:
    from optlab.layers import Dense

    if len(model.input_shape) != 1:
        return "its inputs are no vectors"
    if model.masked:
        return "it masks steps"
    for layer in model.layers:
        if type(layer) is not Dense or layer.inputs:
            return (
                f"it has a layer {type(layer).__name__} that is not in a chain of Dense"
            )
        if not layer.trainable:
            return "a layer is frozen"
        for name, value in layer.arguments().items():
            if name not in _OF_A_LAYER and value is not None:
                return f"a layer has `{name}`"
    if any("softmax" in layer.activation.name for layer in model.layers[:-1]):
        return "it has a softmax before its last layer"
    return ""


def optimizer_why_not(optimizer: Any) -> str:
    """Return what is against a run's optimizer."""
    from optlab.optimizers import RuleOptimizer

    if not isinstance(optimizer, RuleOptimizer):
        return f"of the optimizer {type(optimizer).__name__}"
    options = optimizer.options
    rule = optimizer.rule
    alike = type(optimizer).shares is RuleOptimizer.shares
    renews = optimizer.renewed is not None or optimizer.estimate is not None
    if not rule.elementwise or not alike or renews:
        return f"the rule of {type(optimizer).__name__} is not the same for all numbers"
    if type(optimizer).initial_state is not RuleOptimizer.initial_state:
        return f"the state of {type(optimizer).__name__} is of another shape"
    if optimizer.excludes:
        return "some weights do not decay"
    around = (
        options.use_ema,
        options.gradient_accumulation_steps,
        options.loss_scale_factor is not None,
        options.clip is not None,
    )
    if any(around):
        return "its optimizer clips, scales, accumulates or averages"
    return ""


def _loss_why_not(built: Built) -> str:
    loss = built.loss
    if loss.reduction not in ("sum_over_batch_size", "mean"):
        return "its loss is no mean over the samples"
    if getattr(loss, "ignore_class", None) is not None:
        return "its loss ignores a class"
    if isinstance(loss, (losses.Hinge, losses.SquaredHinge)):
        # Each batch decides whether its labels are 0 and 1; here all are looked at.
        if {-1, 0} <= set(np.unique(built.data.y)):  # type: ignore[union-attr]
            return "its hinge loss has labels of -1 and of 0"
    objective = Objective(built.model, loss, built.fit_arguments.get("plain", False))
    for metric in bound_metrics(objective, built):
        if type(metric) not in KERNELS:
            return f"of the metric {metric.name}"
    return ""


def bound_metrics(objective: Objective, built: Built) -> list[Any]:
    """Return the metrics of a run, bound to its data."""
    shape = np.shape(built.data.y)  # type: ignore[union-attr]
    found = known_metrics.get_all(built.fit_arguments.get("metrics") or ())
    return [objective.bind(metric, shape) for metric in found]


def training_key(built: Built) -> tuple[Any, ...]:
    """Return what runs must have in common, besides the optimizer."""
    arguments = built.fit_arguments
    return (
        id(built.data),
        str(built.model.dtype),
        tuple(
            (layer.units, layer.use_bias, layer.activation)
            for layer in built.model.layers
        ),
        repr(built.loss),
        *(
            repr(arguments.get(name))
            for name in ("epochs", "steps", "batch_size", "shuffle", "plain", "metrics")
        ),
    )


def optimizer_key(optimizer: Any) -> tuple[Any, ...]:
    """Return what the optimizers of runs must have in common."""
    return (
        type(optimizer).__name__,
        optimizer.rule.function,
        optimizer.rule.coefficients,
        tuple(sorted(optimizer.rule.initial.items())),
        optimizer.options.weight_decay is not None,
    )
