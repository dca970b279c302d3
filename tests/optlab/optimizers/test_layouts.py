"""Every optimizer gives the same bits for any layout of the same tensors."""

import numpy as np
import pytest

from optlab import optimizers
from optlab.parameters import Parameters

#: Loops are made alike for every rule, so the layouts are tried on those with a twin.
NAMES = sorted(optimizers.TWINS)
LAYOUTS = {
    "one matrix": [(5, 7)],
    "one wide matrix": [(3, 11)],
    "one vector": [(6,)],
    "one number": [()],
    "one tensor of three axes": [(2, 3, 4)],
    "an empty vector": [(0,)],
    "a matrix without rows": [(0, 3)],
    "numbers and vectors": [(), (3,), ()],
    "matrix, empty vector and number": [(4, 3), (0,), ()],
    "nothing": [],
}
OPTIONS = {
    "bare": {},
    "all": {
        "weight_decay": 0.1,
        "global_clipnorm": 0.5,
        "gradient_accumulation_steps": 2,
        "use_ema": True,
        "loss_scale_factor": 3.0,
    },
}


def tensors(shapes, seed):
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.standard_normal(s), "float32").copy() for s in shapes]


def stepped(optimizer, shapes, engine="numba", arena=False, arena_grads=False):
    params = tensors(shapes, 0)
    if arena:
        params = Parameters.from_arrays(params)
    optimizer.engine = engine
    optimizer.build(params)
    for step in range(4):
        grads = tensors(shapes, step + 1)
        optimizer.apply(Parameters.from_arrays(grads) if arena_grads else grads)
    state = [a for arrays in optimizer.state.values() for a in arrays]
    return [np.array(p) for p in params], state


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_lists_and_arenas_of_any_layout_agree(name, layout, options):
    shapes = LAYOUTS[layout]
    make = lambda: optimizers.lookup(name)(0.1, **OPTIONS[options])  # noqa: E731
    expected = stepped(make(), shapes, engine="numpy")
    if sum(np.prod(s) for s in shapes):
        start = np.concatenate(tensors(shapes, 0), axis=None)
        assert not np.array_equal(np.concatenate(expected[0], axis=None), start)
    for arena, arena_grads in ((False, False), (True, False), (True, True)):
        found = stepped(make(), shapes, "numba", arena, arena_grads)
        for got, wanted in zip(found, expected, strict=True):
            for a, b in zip(got, wanted, strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["ftrl", "lamb"])
def test_loops_of_powers_in_threads_give_the_bits_of_arrays(name):
    shapes = [(41, 1003), (9,)]
    make = lambda: optimizers.get({"name": name, "clipnorm": 0.5})  # noqa: E731
    expected = stepped(make(), shapes, engine="numpy")
    for got, wanted in zip(stepped(make(), shapes), expected, strict=True):
        for a, b in zip(got, wanted, strict=True):
            assert a.tobytes() == b.tobytes()
