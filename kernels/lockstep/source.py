"""Writes the functions that train by a recipe; `source_of` returns their text."""

from __future__ import annotations

import inspect

from optlab.kernels.lockstep.recipe import Recipe
from optlab.kernels.lockstep.template import ORDERS, TEMPLATE

#: Numbers that the update rule takes at once; the coefficients are repeated so often.
STRIP = 256
#: Bytes of a block of rows of one layer.
BLOCK_BYTES = 1 << 13


def _views_text(recipe: Recipe) -> str:
    lines = []
    for k, bias in enumerate(recipe.biases):
        lines += [
            f"    n = sizes[{k}] * sizes[{k + 1}]",
            "    kernels.append("
            f"flat[at:at + n].reshape(sizes[{k}], sizes[{k + 1}], width))",
            "    at += n",
            # A layer without a bias has an empty one.
            f"    n = sizes[{k + 1}]" if bias else "    n = 0",
            "    biases.append(flat[at:at + n])",
            "    at += n",
        ]
    return "\n".join(lines)


def _names_text(recipe: Recipe, names: str) -> str:
    """Name the arrays of each layer: z0 of z_list, and so on."""
    return "\n".join(
        f"    {name}{k} = {name}_list[{k}]"
        for k in range(len(recipe.activations))
        for name in names.split()
    )


def _keeps_sums(recipe: Recipe, layer: int) -> bool:
    """Whether a layer's sums are needed again; else they are those of a block."""
    last = layer == len(recipe.activations) - 1
    return last or not recipe.activations[layer].from_output


def _forward_text(recipe: Recipe) -> str:
    lines = []
    last = len(recipe.activations) - 1
    for k, activation in enumerate(recipe.activations):
        at = "first" if _keeps_sums(recipe, k) else "0"
        source = f"out{k - 1}" if k else "x"
        sums = f"as_matrix(z{k}, {at}, {at} + count)"
        lines.append(f"multiply({source}, first, weight{k}, z{k}, {at}, count)")
        if recipe.biases[k]:
            lines.append(f"add_bias({sums}, as_vector(bias{k}))")
        if k < last:
            lines.append(
                f"act_{k}_forward({sums}, no_bias, "
                f"as_matrix(out{k}, first, last){_listed(activation.constants)})"
            )
    return "\n".join("        " + line for line in lines)


def _backward_text(recipe: Recipe) -> str:
    lines = []
    last = len(recipe.activations) - 1
    for k in range(last, -1, -1):
        activation = recipe.activations[k]
        at = "0" if k < last else "first"
        gradient = f"as_matrix(g{k}, {at}, {at} + count)"
        if k < last:
            kept = "out" if activation.from_output else "z"
            lines.append(
                f"act_{k}_backward({gradient}, as_matrix({kept}{k}, first, last), "
                f"no_bias{_listed(activation.constants)})"
            )
        if recipe.biases[k]:
            lines.append(f"bias_gradient({gradient}, as_vector(bias_grad{k}))")
        source = f"out{k - 1}" if k else "x"
        lines.append(
            f"weight_gradient({source}, first, g{k}, {at}, weight_grad{k}, count)"
        )
        if k:
            lines.append(f"input_gradient(g{k}, {at}, weight{k}, g{k - 1}, count)")
    return "\n".join("        " + line for line in lines)


def _made_text(recipe: Recipe, rows: list[str]) -> str:
    """Make an array for each layer, of so many rows."""
    made = (
        f"np.empty(({count}, sizes[{k + 1}], width), dtype)"
        for k, count in enumerate(rows)
    )
    return ", ".join(made)


def _score_text(recipe: Recipe) -> str:
    last = len(recipe.activations) - 1
    constants = _listed(recipe.activations[last].constants)
    activate = f"    act_{last}_forward(own, w, outputs{constants})"
    seen = "own" if recipe.uses_logits else "outputs"
    lines = [] if recipe.uses_logits else [activate]
    lines.append(
        f"    loss(y, {seen}, w, np.float64(rows), y_grads, sums"
        f"{_listed(recipe.constants)})"
    )
    if recipe.metrics and recipe.uses_logits:
        lines.append(activate)
    if recipe.metrics:
        lines.append("    for lane in range(width):")
        lines.append("        begin, end = lane * rows, (lane + 1) * rows")
    lines += [
        f"        counts[lane, {m}] += metric_{m}(y[begin:end], outputs[begin:end]"
        f"{_listed(extra)})"
        for m, (_, extra) in enumerate(recipe.metrics)
    ]
    if not recipe.uses_logits:
        kept = "outputs" if recipe.activations[last].from_output else "own"
        lines += [
            "    if gradient:",
            f"        act_{last}_backward(y_grads, {kept}, w{constants})",
        ]
    return "\n".join(lines)


def _listed(values: tuple[float, ...]) -> str:
    return "".join(f", {value!r}" for value in values)


def source_of(recipe: Recipe) -> str:
    """Return the text of the functions that train by a recipe."""
    parameters = list(inspect.signature(recipe.rule).parameters)
    slots = [f"s_{name}" for name in parameters[2 : 2 + recipe.slots]]
    values = [f"c_{name}" for name in parameters[2 + recipe.slots :]]
    hyper = range(2, len(inspect.signature(recipe.coefficients).parameters) - 1)
    made, taken = ORDERS[recipe.order]
    count = len(recipe.activations)
    kept = ["room" if _keeps_sums(recipe, k) else "block" for k in range(count)]
    return TEMPLATE.format(
        slots="".join(f"{name}, " for name in slots),
        values=", ".join(values),
        decayed="decay(param[i], shrink[i], rate[i])" if recipe.decays else "param[i]",
        targets="".join(f"{name}[i], " for name in ("param", *slots)),
        slots_i="".join(f"{name}[i], " for name in slots),
        values_i=", ".join(f"{name}[i]" for name in values),
        hypers=", ".join(f"hyper[{k}, lane]" for k in hyper),
        fill="\n".join(
            f"        table[{2 + k}, lane] = found[{k}]" for k in range(len(values))
        ),
        cut_slots="".join(
            f"part(kept, {k} * size + start, {k} * size + stop), "
            for k in range(len(slots))
        ),
        cut_values=", ".join(
            f"part(values, {2 + k} * strip_size, {2 + k} * strip_size + n)"
            for k in range(len(values))
        ),
        forward_names=_names_text(recipe, "weight bias z out"),
        forward=_forward_text(recipe),
        backward_names=_names_text(recipe, "weight weight_grad bias_grad z out g"),
        backward=_backward_text(recipe),
        score=_score_text(recipe),
        views=_views_text(recipe),
        last=count - 1,
        z_made=_made_text(recipe, kept),
        out_made=_made_text(recipe, ["room"] * count),
        g_made=_made_text(recipe, ["block"] * (count - 1) + ["batch"]),
        metric_count=len(recipe.metrics),
        coefficient_count=len(values),
        strip=STRIP,
        block_bytes=BLOCK_BYTES,
        rows_made=made,
        rows_taken=taken,
    )
