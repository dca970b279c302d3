"""Loops of the update rule adam, written by optlab.kernels.fuse."""


def block(step, hyper, bounds, all_param, all_grad, all_m, all_v):
    """Update flat arrays, element by element."""
    number = hyper.dtype.type
    one = hyper[0]
    learning_rate = hyper[1]
    weight_decay = hyper[2]
    this_alpha, this_one_minus_beta_1, this_one_minus_beta_2, this_epsilon, = coefficients(one, number(step), learning_rate, hyper[3], hyper[4], hyper[5], hyper[6], hyper[7])
    for i in range(all_param.size):
        g = all_grad[i]
        p = all_param[i]
        all_param[i], all_m[i], all_v[i], = rule(p, g, all_m[i], all_v[i], number(this_alpha), number(this_one_minus_beta_1), number(this_one_minus_beta_2), number(this_epsilon),)


def serial(step, hyper, bounds, all_param, all_grad, all_m, all_v):
    """Update one tensor in this thread."""
    mode = flush_on()
    block(step, hyper, bounds, all_param, all_grad, all_m, all_v)
    restore(mode)


def parallel(step, hyper, bounds, all_param, all_grad, all_m, all_v):
    """Update one tensor, chunk by chunk, in all threads."""
    chunks = (all_param.size + CHUNK - 1) // CHUNK
    for c in prange(chunks):
        mode = flush_on()
        start = c * CHUNK
        stop = min(all_param.size, start + CHUNK)
        block(step, hyper, bounds, all_param[start:stop], all_grad[start:stop], all_m[start:stop], all_v[start:stop])
        restore(mode)


def scattered(step, hyper, bounds, addresses, offsets, all_grad, all_m, all_v):
    """Update many separate tensors whose gradients and slots share flat arrays."""
    mode = flush_on()
    for t in range(addresses.size):
        start = offsets[t]
        stop = offsets[t + 1]
        all_param = array_at(addresses[t], stop - start, hyper)
        block(step, hyper, bounds, all_param, all_grad[start:stop], all_m[start:stop], all_v[start:stop])
    restore(mode)
