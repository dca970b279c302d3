"""The text of the function that trains by a recipe; `source_of` writes it."""

from __future__ import annotations

import inspect

from optlab.kernels.lockstep.recipe import Recipe

#: Numbers that the update rule takes at once; the coefficients are repeated so often.
STRIP = 256

_TEMPLATE = '''\
"""A training in lock step, written by optlab.kernels.lockstep.source."""


def strip(shrink, rate, param, grad, {slots}{values}):
    """Update numbers, element by element."""
    for i in range(param.size):
        p = {decayed}
        {targets}= rule(p, grad[i], {slots_i}{values_i})


def update(step, hyper, rates, shrink, table, param, grad, slots):
    """Advance all lanes: coefficients of each, then the rule over strips."""
    width = hyper.shape[1]
    row = min(step - 1, rates.shape[0] - 1)
    for lane in range(width):
        one = hyper[0, lane]
        found = coefficients(one, hyper.dtype.type(step), rates[row, lane], {hypers})
        table[0, lane] = shrink[lane]
        table[1, lane] = rates[row, lane]
{fill}
    strip_size = table.shape[1]
    for k in range(table.shape[0]):
        for i in range(width, strip_size):
            table[k, i] = table[k, i - width]
    size = param.size
    start = 0
    while start < size:
        stop = min(start + strip_size, size)
        n = stop - start
        strip(table[0, :n], table[1, :n], param[start:stop], grad[start:stop],
              {cut_slots}{cut_values})
        start = stop


def matrix(array):
    """Return (rows, units, lanes) as (rows, numbers), which activations take."""
    return array.reshape(array.shape[0], array.shape[1] * array.shape[2])


def forward(x, rows, weights, biases, zs, outs):
    """Run the dense layers; the last one's sums stay without its activation."""
    no_bias = zs[0][0, 0, :0]
{forward}


def backward(x, rows, weights, weight_grads, bias_grads, zs, outs, gs):
    """Fill the gradients, from that of the last layer's sums."""
    no_bias = gs[0][0, 0, :0]
{backward}


def views(flat, sizes):
    """Return the kernels and the biases of the layers within flat (numbers, lanes)."""
    width = flat.shape[1]
    kernels = []
    biases = []
    at = 0
{views}
    return kernels, biases


def score(lane, y, z, grad, logits, turned, sums, w, counts, gradient):
    """Return the loss of one lane; count its metrics; put its gradient into grad."""
    rows, units = logits.shape
    for r in range(rows):
        for u in range(units):
            logits[r, u] = z[r, u, lane]
{score}
    if gradient:
        for r in range(rows):
            for u in range(units):
                grad[r, u, lane] = turned[r, u]
    return value


def evaluate(x, y, weights, biases, zs, outs, logits, turned, sums, w, found):
    """Put loss and metrics of each lane into found, shape (1 + metrics, lanes)."""
    width = found.shape[1]
    counts = np.zeros((width, {metric_count} + 1))
    found[:] = 0
    rows, chunk = x.shape[0], logits.shape[0]
    start = 0
    while start < rows:
        n = min(chunk, rows - start)
        forward(x[start:start + n], n, weights, biases, zs, outs)
        z = zs[{last}][:n]
        for lane in range(width):
            value = score(lane, y[start:start + n], z, z, logits[:n], turned[:n],
                          sums[:n], w, counts, False)
            found[0, lane] += np.float64(value) * n
        start += n
    for lane in range(width):
        found[0, lane] /= rows
        for m in range({metric_count}):
            found[1 + m, lane] = counts[lane, m] / rows


def train(x, y, x_val, y_val, chunk, orders, groups, batch, sizes, first_step,
          last_step, params, slots, hyper, rates, shrink, losses, history, ended):
    """Train one block from a step to another.

    Shapes: params (P, lanes); slots (S, P, lanes); hyper (H, lanes); rates (R, lanes),
    R one or the number of steps; shrink (lanes,), the weight decay; orders (epochs,
    groups, rows), and groups (lanes,), which of them a lane takes; losses (steps,
    lanes); history (epochs, C, lanes); ended (lanes,), the step at which a lane was no
    longer finite, or -1.
    """
    mode = flush_on()
    dtype = params.dtype
    width = params.shape[1]
    rows, inputs = x.shape
    units = sizes[-1]
    batch = min(batch, rows)
    per_epoch = (rows + batch - 1) // batch
    room = max(batch, min(chunk, x_val.shape[0]))
    zs = [np.empty((room, sizes[k + 1], width), dtype) for k in range({last} + 1)]
    outs = [np.empty((room, sizes[k + 1], width), dtype) for k in range({last} + 1)]
    gs = [np.empty((batch, sizes[k + 1], width), dtype) for k in range({last} + 1)]
    grads = np.empty(params.shape, dtype)
    flat_params, flat_grads = params.reshape(params.size), grads.reshape(params.size)
    flat_slots = slots.reshape(slots.shape[0], params.size)
    table = np.empty((2 + {coefficient_count}, {strip}), dtype)
    weights, biases = views(params, sizes)
    weight_grads, bias_grads = views(grads, sizes)
    logits = np.empty((room, units), dtype)
    turned = np.empty((room, units), dtype)
    sums = np.empty(room, dtype)
    w = np.empty(0, dtype)
    counts = np.zeros((width, {metric_count} + 1))
    totals = np.zeros(width)
    found = np.empty((1 + {metric_count}, width))
{rows_made}
    step = first_step
    count = 0
    while step < last_step:
        position = step % per_epoch
        epoch = step // per_epoch - first_step // per_epoch
        start = position * batch
        n = min(batch, rows - start)
        if position == 0:
            totals[:] = 0
            counts[:] = 0
            count = 0
{rows_taken}
        forward(xs, n, weights, biases, zs, outs)
        z = zs[{last}][:n]
        g = gs[{last}][:n]
        alive = 0
        for lane in range(width):
{targets_taken}
            value = np.float64(score(lane, targets, z, g, logits[:n], turned[:n],
                                     sums[:n], w, counts, True))
            losses[step, lane] = value
            totals[lane] += value * n
            if ended[lane] < 0:
                if np.isfinite(value):
                    alive += 1
                else:
                    ended[lane] = step
        if alive == 0:
            break
        backward(xs, n, weights, weight_grads, bias_grads, zs, outs, gs)
        step += 1
        update(step, hyper, rates, shrink, table, flat_params, flat_grads, flat_slots)
        count += n
        if step % per_epoch == 0 or step == last_step:
            row = (step - 1) // per_epoch
            for lane in range(width):
                history[row, 0, lane] = totals[lane] / count
                for m in range({metric_count}):
                    history[row, 1 + m, lane] = counts[lane, m] / count
                if ended[lane] < 0:
                    for k in range(params.shape[0]):
                        if not np.isfinite(params[k, lane]):
                            ended[lane] = step
                            break
            if x_val.shape[0]:
                evaluate(x_val, y_val, weights, biases, zs, outs, logits, turned,
                         sums, w, found)
                # Loops, for slices that are assigned to take seconds to compile.
                for m in range(1 + {metric_count}):
                    for lane in range(width):
                        history[row, 1 + {metric_count} + m, lane] = found[m, lane]
    restore(mode)
'''


#: How the rows of a batch are taken: all lanes see the same rows in their own order;
#: in one order for the whole block; each lane in an order of its own.
ORDERS = {
    "none": (
        "",
        "        xs = x[start:start + n]",
        "            targets = y[start:start + n]",
    ),
    "shared": (
        """\
    taken = np.empty((batch, inputs), dtype)
    ys = np.empty((batch,) + y.shape[1:], y.dtype)
    y_flat, ys_flat = y.reshape(y.size), ys.reshape(ys.size)
    per_row = y.size // rows""",
        """\
        order = orders[epoch, groups[0]]
        xs = taken[:n]
        targets = ys[:n]
        for i in range(n):
            at = order[start + i]
            for k in range(inputs):
                xs[i, k] = x[at, k]
            for k in range(per_row):
                ys_flat[i * per_row + k] = y_flat[at * per_row + k]""",
        "",
    ),
    "own": (
        """\
    taken = np.empty((batch, inputs, width), dtype)
    ys = np.empty((batch,) + y.shape[1:], y.dtype)
    y_flat, ys_flat = y.reshape(y.size), ys.reshape(ys.size)
    per_row = y.size // rows""",
        """\
        xs = taken[:n]
        targets = ys[:n]
        for lane in range(width):
            order = orders[epoch, groups[lane]]
            for i in range(n):
                for k in range(inputs):
                    xs[i, k, lane] = x[order[start + i], k]""",
        """\
            order = orders[epoch, groups[lane]]
            for i in range(n):
                at = order[start + i] * per_row
                for k in range(per_row):
                    ys_flat[i * per_row + k] = y_flat[at + k]""",
    ),
}


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


def _forward_text(recipe: Recipe) -> str:
    lines = []
    last = len(recipe.activations) - 1
    for k, activation in enumerate(recipe.activations):
        lines += [
            f"    z{k} = zs[{k}][:rows]",
            f"    multiply({f'a{k - 1}' if k else 'x'}, weights[{k}], z{k})",
        ]
        if recipe.biases[k]:
            lines.append(f"    add_bias(z{k}, biases[{k}])")
        if k < last:
            constants = _listed(activation.constants)
            lines += [
                f"    a{k} = outs[{k}][:rows]",
                f"    act_{k}_forward(matrix(z{k}), no_bias, matrix(a{k}){constants})",
            ]
    return "\n".join(lines)


def _backward_text(recipe: Recipe) -> str:
    lines = []
    last = len(recipe.activations) - 1
    for k in range(last, -1, -1):
        activation = recipe.activations[k]
        lines.append(f"    g{k} = gs[{k}][:rows]")
        if k < last:
            kept = "outs" if activation.from_output else "zs"
            constants = _listed(activation.constants)
            lines += [
                f"    k{k} = {kept}[{k}][:rows]",
                f"    act_{k}_backward(matrix(g{k}), matrix(k{k}), no_bias{constants})",
            ]
        if recipe.biases[k]:
            lines.append(f"    bias_gradient(g{k}, bias_grads[{k}])")
        source = f"outs[{k - 1}][:rows]" if k else "x"
        lines.append(f"    weight_gradient({source}, g{k}, weight_grads[{k}])")
        if k:
            lines.append(f"    input_gradient(g{k}, weights[{k}], gs[{k - 1}][:rows])")
    return "\n".join(lines)


def _score_text(recipe: Recipe) -> str:
    last = len(recipe.activations) - 1
    constants = _listed(recipe.activations[last].constants)
    activate = [
        "    output = np.empty_like(logits)",
        f"    act_{last}_forward(logits, w, output{constants})",
    ]
    seen = "logits" if recipe.uses_logits else "output"
    lines = [] if recipe.uses_logits else list(activate)
    lines.append(
        f"    value = loss(y, {seen}, w, np.float64(rows), turned, sums"
        + _listed(recipe.constants)
        + ")"
    )
    if recipe.metrics and recipe.uses_logits:
        lines += activate
    lines += [
        f"    counts[lane, {m}] += metric_{m}(y, output{_listed(extra)})"
        for m, (_, extra) in enumerate(recipe.metrics)
    ]
    if not recipe.uses_logits:
        kept = "output" if recipe.activations[last].from_output else "logits"
        lines += [
            "    if gradient:",
            f"        act_{last}_backward(turned, {kept}, w{constants})",
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
    made, taken, targets = ORDERS[recipe.order]
    return _TEMPLATE.format(
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
        cut_slots="".join(f"slots[{k}, start:stop], " for k in range(len(slots))),
        cut_values=", ".join(f"table[{2 + k}, :n]" for k in range(len(values))),
        forward=_forward_text(recipe),
        backward=_backward_text(recipe),
        score=_score_text(recipe),
        views=_views_text(recipe),
        last=len(recipe.activations) - 1,
        metric_count=len(recipe.metrics),
        coefficient_count=len(values),
        strip=STRIP,
        rows_made=made,
        rows_taken=taken,
        targets_taken=targets,
    )
