r"""Train many small dense models together: one generated function for a whole run.

The function is written from what the models have in common: their activations, loss,
metrics and update rule, each the very kernel that a single model uses, so that the
numbers are those of `optlab.fit` but for the order of sums in the products. Widths,
rows, rates and hyperparameters are arguments; only another combination of kernels is
compiled anew.

A *block* is as many models as there are lanes. Its weights, gradients and slots stay in
the processor's cache for the whole run.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from optlab.kernels import floating_point, views, wide
from optlab.kernels.fingerprint import fingerprint
from optlab.kernels.generated import generated
from optlab.kernels.jit import kernel
from optlab.kernels.lockstep import lanes, products
from optlab.kernels.lockstep.recipe import Recipe
from optlab.kernels.lockstep.source import source_of
from optlab.kernels.losses.reduction import weighted_total
from optlab.kernels.rules.weight_decay import decay_weights


@functools.cache
def training_of(recipe: Recipe) -> Callable[..., None]:
    """Return the compiled function ``train`` of a recipe; its text says what it takes.

    Raises
    ------
    RuleError
        If the rule reads what may change without a trace.
    """
    used = {"loss": recipe.loss}
    for k, activation in enumerate(recipe.activations):
        used[f"act_{k}_forward"] = activation.forward
        used[f"act_{k}_backward"] = activation.backward
    for m, (metric, _) in enumerate(recipe.metrics):
        used[f"metric_{m}"] = metric
    described = "|".join(
        [
            fingerprint(recipe.rule),
            fingerprint(recipe.coefficients),
            *(f"{each.__module__}.{each.__name__}" for each in used.values()),
        ]
    )
    names = generated(
        "lockstep",
        source_of(recipe),
        described,
        {
            "rule": recipe.rule,
            "coefficients": recipe.coefficients,
            "decay": decay_weights,
        },
        {
            **used,
            "multiply": products.multiply,
            "weight_gradient": products.weight_gradient,
            "input_gradient": products.input_gradient,
            "add_bias": products.add_bias,
            "bias_gradient": products.bias_gradient,
            "flush_on": floating_point.flush_on,
            "restore": floating_point.restore,
            "widest": wide.widest,
            "as_vector": views.as_vector,
            "as_matrix": views.as_matrix,
            "part": views.part,
            "mean": weighted_total,
            "lanes_first": lanes.lanes_first,
            "lanes_last": lanes.lanes_last,
            "all_finite": lanes.all_finite,
        },
        ("train",),
    )
    found: Callable[..., None] = kernel(names["train"])
    return found
