"""A training in lock step, written by optlab.kernels.lockstep.source."""


def strip(shrink, rate, param, grad, s_m, s_v, c_alpha, c_one_minus_beta_1, c_one_minus_beta_2, c_epsilon):
    """Update numbers, element by element."""
    widest()
    for i in range(param.size):
        p = param[i]
        param[i], s_m[i], s_v[i], = rule(p, grad[i], s_m[i], s_v[i], c_alpha[i], c_one_minus_beta_1[i], c_one_minus_beta_2[i], c_epsilon[i])


def update(step, hyper, rates, shrink, table, param, grad, slots):
    """Advance all lanes: coefficients of each, then the rule over strips."""
    width = hyper.shape[1]
    row = min(step - 1, rates.shape[0] - 1)
    for lane in range(width):
        one = hyper[0, lane]
        found = coefficients(one, hyper.dtype.type(step), rates[row, lane], hyper[2, lane], hyper[3, lane], hyper[4, lane], hyper[5, lane], hyper[6, lane])
        table[0, lane] = shrink[lane]
        table[1, lane] = rates[row, lane]
        table[2, lane] = found[0]
        table[3, lane] = found[1]
        table[4, lane] = found[2]
        table[5, lane] = found[3]
    strip_size = table.shape[1]
    for k in range(table.shape[0]):
        for i in range(width, strip_size):
            table[k, i] = table[k, i - width]
    size = param.size
    values, kept = as_vector(table), as_vector(slots)
    start = 0
    while start < size:
        stop = min(start + strip_size, size)
        n = stop - start
        strip(part(values, 0, n), part(values, strip_size, strip_size + n),
              part(param, start, stop), part(grad, start, stop),
              part(kept, 0 * size + start, 0 * size + stop), part(kept, 1 * size + start, 1 * size + stop), part(values, 2 * strip_size, 2 * strip_size + n), part(values, 3 * strip_size, 3 * strip_size + n), part(values, 4 * strip_size, 4 * strip_size + n), part(values, 5 * strip_size, 5 * strip_size + n))
        start = stop


def forward(x, rows, block, weight_list, bias_list, z_list, out_list):
    """Run the dense layers; the last one's sums stay without its activation."""
    no_bias = z_list[0][0, 0, :0]
    weight0 = weight_list[0]
    bias0 = bias_list[0]
    z0 = z_list[0]
    out0 = out_list[0]
    weight1 = weight_list[1]
    bias1 = bias_list[1]
    z1 = z_list[1]
    out1 = out_list[1]
    first = 0
    while first < rows:
        last = min(first + block, rows)
        count = last - first
        multiply(x, first, weight0, z0, 0, count)
        add_bias(as_matrix(z0, 0, 0 + count), as_vector(bias0))
        act_0_forward(as_matrix(z0, 0, 0 + count), no_bias, as_matrix(out0, first, last))
        multiply(out0, first, weight1, z1, first, count)
        add_bias(as_matrix(z1, first, first + count), as_vector(bias1))
        first = last


def backward(x, rows, block, weight_list, weight_grad_list, bias_grad_list, z_list,
             out_list, g_list):
    """Add up the gradients, from that of the last layer's sums."""
    no_bias = g_list[0][0, 0, :0]
    weight0 = weight_list[0]
    weight_grad0 = weight_grad_list[0]
    bias_grad0 = bias_grad_list[0]
    z0 = z_list[0]
    out0 = out_list[0]
    g0 = g_list[0]
    weight1 = weight_list[1]
    weight_grad1 = weight_grad_list[1]
    bias_grad1 = bias_grad_list[1]
    z1 = z_list[1]
    out1 = out_list[1]
    g1 = g_list[1]
    first = 0
    while first < rows:
        last = min(first + block, rows)
        count = last - first
        bias_gradient(as_matrix(g1, first, first + count), as_vector(bias_grad1))
        weight_gradient(out0, first, g1, first, weight_grad1, count)
        input_gradient(g1, first, weight1, g0, count)
        act_0_backward(as_matrix(g0, 0, 0 + count), as_matrix(out0, first, last), no_bias)
        bias_gradient(as_matrix(g0, 0, 0 + count), as_vector(bias_grad0))
        weight_gradient(x, first, g0, 0, weight_grad0, count)
        first = last


def views(flat, sizes):
    """Return the kernels and the biases of the layers within flat (numbers, lanes)."""
    width = flat.shape[1]
    kernels = []
    biases = []
    at = 0
    n = sizes[0] * sizes[1]
    kernels.append(flat[at:at + n].reshape(sizes[0], sizes[1], width))
    at += n
    n = sizes[1]
    biases.append(flat[at:at + n])
    at += n
    n = sizes[1] * sizes[2]
    kernels.append(flat[at:at + n].reshape(sizes[1], sizes[2], width))
    at += n
    n = sizes[2]
    biases.append(flat[at:at + n])
    at += n
    return kernels, biases


def repeat(y, start, n, width, ys):
    """Put some rows of y into ys, once for each lane."""
    per_row = y.size // y.shape[0]
    source, target = as_vector(y), as_vector(ys)
    size = n * per_row
    for lane in range(width):
        for i in range(size):
            target[lane * size + i] = source[start * per_row + i]


def score(y, rows, width, own, y_grads, outputs, sums, w, counts, gradient):
    """Put each row's loss into sums, its gradient into y_grads; count the metrics.

    The rows of all lanes, lane by lane.
    """
    act_1_forward(own, w, outputs)
    loss(y, outputs, w, np.float64(rows), y_grads, sums)
    if gradient:
        act_1_backward(y_grads, outputs, w)


def evaluate(x, y, ys, block, weights, biases, zs, outs, own, y_grads, outputs, sums, w,
             found):
    """Put loss and metrics of each lane into found, shape (1 + metrics, lanes)."""
    width = found.shape[1]
    counts = np.zeros((width, 0 + 1))
    found[:] = 0
    z = zs[1]
    chunk, units = z.shape[0], z.shape[1]
    rows = x.shape[0]
    start = 0
    while start < rows:
        n = min(chunk, rows - start)
        m = width * n
        forward(x[start:start + n], n, block, weights, biases, zs, outs)
        lanes_first(z.reshape(chunk * units, width), own, n * units)
        repeat(y, start, n, width, ys)
        score(ys[:m], n, width, own[:m], y_grads[:m], outputs[:m], sums[:m], w, counts,
              False)
        for lane in range(width):
            value = mean(sums[lane * n:(lane + 1) * n], w, np.float64(n))
            found[0, lane] += np.float64(value) * n
        start += n
    for lane in range(width):
        found[0, lane] /= rows
        for m in range(0):
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
    # So many rows of a layer's sums and outputs stay in the innermost cache.
    block = 8192 // (sizes[1:].max() * width * params.itemsize)
    block = min(max(block // 8 * 8, 8), room)
    zs = [np.empty((block, sizes[1], width), dtype), np.empty((room, sizes[2], width), dtype)]
    outs = [np.empty((room, sizes[1], width), dtype), np.empty((room, sizes[2], width), dtype)]
    gs = [np.empty((block, sizes[1], width), dtype), np.empty((batch, sizes[2], width), dtype)]
    grads = np.empty(params.shape, dtype)
    flat_params, flat_grads = params.reshape(params.size), grads.reshape(params.size)
    flat_slots = slots.reshape(slots.shape[0], params.size)
    table = np.empty((2 + 4, 256), dtype)
    weights, biases = views(params, sizes)
    weight_grads, bias_grads = views(grads, sizes)
    own = np.empty((width * room, units), dtype)
    y_grads = np.empty((width * room, units), dtype)
    outputs = np.empty((width * room, units), dtype)
    sums = np.empty(width * room, dtype)
    ys = np.empty((width * room,) + y.shape[1:], y.dtype)
    z, g = zs[1], gs[1]
    z_flat = z.reshape(z.shape[0] * units, width)
    g_flat = g.reshape(g.shape[0] * units, width)
    w = np.empty(0, dtype)
    counts = np.zeros((width, 0 + 1))
    totals = np.zeros(width)
    found = np.empty((1 + 0, width))

    step = first_step
    count = 0
    repeated = False
    while step < last_step:
        position = step % per_epoch
        epoch = step // per_epoch - first_step // per_epoch
        start = position * batch
        n = min(batch, rows - start)
        if position == 0:
            totals[:] = 0
            counts[:] = 0
            count = 0
        xs = x[start:start + n]
        if not repeated:
            repeat(y, start, n, width, ys)
            repeated = per_epoch == 1
        forward(xs, n, block, weights, biases, zs, outs)
        lanes_first(z_flat, own, n * units)
        m = width * n
        score(ys[:m], n, width, own[:m], y_grads[:m], outputs[:m], sums[:m], w, counts,
              True)
        alive = 0
        for lane in range(width):
            value = np.float64(mean(sums[lane * n:(lane + 1) * n], w, np.float64(n)))
            losses[step, lane] = value
            totals[lane] += value * n
            if ended[lane] < 0:
                if np.isfinite(value):
                    alive += 1
                else:
                    ended[lane] = step
        if alive == 0:
            break
        lanes_last(y_grads, g_flat, n * units)
        for k in range(flat_grads.size):
            flat_grads[k] = 0
        backward(xs, n, block, weights, weight_grads, bias_grads, zs, outs, gs)
        step += 1
        update(step, hyper, rates, shrink, table, flat_params, flat_grads, flat_slots)
        count += n
        if step % per_epoch == 0 or step == last_step:
            row = (step - 1) // per_epoch
            for lane in range(width):
                history[row, 0, lane] = totals[lane] / count
                for m in range(0):
                    history[row, 1 + m, lane] = counts[lane, m] / count
            if not all_finite(flat_params):
                for lane in range(width):
                    if ended[lane] < 0:
                        for k in range(params.shape[0]):
                            if not np.isfinite(params[k, lane]):
                                ended[lane] = step
                                break
            if x_val.shape[0]:
                evaluate(x_val, y_val, ys, block, weights, biases, zs, outs, own,
                         y_grads, outputs, sums, w, found)
                repeated = False
                # Loops, for slices that are assigned to take seconds to compile.
                for m in range(1 + 0):
                    for lane in range(width):
                        history[row, 1 + 0 + m, lane] = found[m, lane]
    restore(mode)
