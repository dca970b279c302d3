"""What the text of the loops is made of: see `optlab.kernels.low_precision.source`."""

TEMPLATE = '''\
"""Loops of the update rule {rule_name} on few bits, by optlab.kernels.low_precision."""


def chunk(c, step, seed, hyper, bounds, {arrays}):
    """Update one chunk of flat arrays."""
    widest()
    number = hyper.dtype.type
    one = hyper[0]
    learning_rate = hyper[1]
    weight_decay = hyper[2]
    {values} = coefficients(one, number(step), learning_rate{hyper})
    key = mixed(np.uint64(mixed(np.uint64(seed + np.uint64(step))) + np.uint64(c)))
    low = np.uint32(key)
    high = np.uint32(np.uint64(key >> np.uint64(32)))
    first = c * CHUNK
    last = min(all_param.size, first + CHUNK)
{scratch}
    for start in range(first, last, BLOCK):
        count = min(last - start, BLOCK)
        b = np.uintp(start // BLOCK)
        place = np.uint32(np.uint32(start - first) * WEYL + low)
{before}
        for j in range(count):
            i = np.uintp(start + j)
{noise}
            g = {clipped}
            p = {decayed}
            {targets}= rule(p, g, {slots}{rounded})
{stores}
{after}


def serial(step, seed, hyper, bounds, {arrays}):
    """Update one tensor in this thread."""
    widest()
    mode = flush_on()
    for c in range((all_param.size + CHUNK - 1) // CHUNK):
        chunk(c, step, seed, hyper, bounds, {arrays})
    restore(mode)


def parallel(step, seed, hyper, bounds, {arrays}):
    """Update one tensor, chunk by chunk, in all threads."""
    for c in prange((all_param.size + CHUNK - 1) // CHUNK):
        mode = flush_on()
        widest()
        chunk(c, step, seed, hyper, bounds, {arrays})
        restore(mode)
'''
SCRATCH = """\
    kept_{k} = np.empty(BLOCK, np.float32)
"""
BEFORE = """\
        scale_{k} = scales_{k}[b]
        largest_{k} = np.uint32(0)
"""
KEEP = """\
            kept_{k}[j] = s_{k}
            size_{k} = np.float32(s_{k}).view(np.uint32)
            size_{k} = np.uint32(size_{k} & np.uint32(0x7FFFFFFF))
            largest_{k} = size_{k} if size_{k} > largest_{k} else largest_{k}
"""
AFTER = """\
        largest = np.uint32(largest_{k}).view(np.float32)
        scales_{k}[b] = largest / {most}
        if largest_{k} == 0 or largest_{k} >= np.uint32(0x7F800000):
            for j in range(count):
                slot_{k}[np.uintp(start + j)] = np.uint8(largest_{k} > 0)
        else:
            inverse = np.float32({most} / largest)
            for j in range(count):
                i = np.uintp(start + j)
{noise}                x = np.float32(kept_{k}[j] * inverse)
                slot_{k}[i] = encode_{k}(x, {place})
"""
#: What the noise of an element is drawn by.
DRAWN = "            noise = noise_bits(np.uint32(j), place, high)"
#: Where in its cell a number is cut, by noise: see `dynamic_code`.
DRAWN_AGAIN = "                noise = noise_bits(np.uint32(j), place, high)\n"
