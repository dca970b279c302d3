"""Fused loops: the rule's own bits, for any engine, thread count and cut."""

import itertools
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from optlab.kernels import fuse
from optlab.kernels.rules import adam, clipping, sgd

HYPER = [1.0, 0.01, 0.0, 0.9, 0.999, 0.1, 0.001, 1e-7]


def arrays(size, dtype, seed=0):
    rng = np.random.default_rng(seed)
    draw = lambda: rng.standard_normal(size).astype(dtype)  # noqa: E731
    return draw(), draw(), draw(), np.abs(draw())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_loops_give_the_rules_own_bits(dtype):
    fused = fuse.fuse(adam.adam, adam.adam_coefficients, adam.SLOTS)
    hyper = np.array(HYPER, dtype)
    param, grad, m, v = arrays(1003, dtype)
    number = hyper.dtype.type
    expected = adam.adam(
        param,
        grad,
        m,
        v,
        *adam.adam_coefficients(number(1), number(5), hyper[1], *hyper[fuse.HEAD :]),
    )
    fused.serial(5, hyper, np.zeros(2, dtype), param, grad, m, v)
    for found, wanted in zip((param, m, v), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_parallel_and_scattered_equal_serial():
    fused = fuse.fuse(adam.adam, adam.adam_coefficients, adam.SLOTS)
    hyper = np.array(HYPER, "float32")
    bounds = np.zeros(2, "float32")
    size = 3 * fuse.CHUNK + 17
    serial = arrays(size, "float32")
    fused.serial(1, hyper, bounds, *serial)
    for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
        numba.set_num_threads(threads)
        parallel = arrays(size, "float32")
        fused.parallel(1, hyper, bounds, *parallel)
        np.testing.assert_array_equal(parallel[0], serial[0])
    param, grad, m, v = arrays(size, "float32")
    edges = np.array([0, 10, 10_000, size])
    pieces = [param[a:b].copy() for a, b in itertools.pairwise(edges)]
    addresses = np.array([piece.ctypes.data for piece in pieces])
    fused.scattered(1, hyper, bounds, addresses, edges, grad, m, v)
    np.testing.assert_array_equal(np.concatenate(pieces), serial[0])


def test_subnormals_are_flushed_in_every_thread():
    fused = fuse.fuse(sgd.sgd, sgd.sgd_coefficients, ())
    hyper = np.array([1.0, 1.0, 0.0], "float32")
    size = 4 * fuse.CHUNK
    param = np.zeros(size, "float32")
    grad = np.full(size, -1e-40, "float32")
    fused.parallel(1, hyper, np.zeros(2, "float32"), param, grad)
    assert not param.any()


@pytest.mark.parametrize(
    ("clip", "numbers", "expected"),
    [
        (None, (0.0, 0.0), [-3.0, -0.5, 2.0]),
        (clipping.clip_by_norm, (1.0, 2.0), [-1.5, -0.25, 1.0]),
        (clipping.clip_by_norm, (1.0, 0.5), [-3.0, -0.5, 2.0]),
        (clipping.clip_by_global_norm, (0.5, 0.0), [-1.5, -0.25, 1.0]),
        (clipping.clip_by_value, (1.0, 0.0), [-1.0, -0.5, 1.0]),
    ],
)
def test_clips(clip, numbers, expected):
    fused = fuse.fuse(sgd.sgd, sgd.sgd_coefficients, (), clip)
    param = np.zeros(3, "float32")
    grad = np.array([3.0, 0.5, -2.0], "float32")
    hyper = np.array([1.0, 1.0, 0.0], "float32")
    fused.serial(1, hyper, np.array(numbers, "float32"), param, grad)
    np.testing.assert_array_equal(param, np.array(expected, "float32"))


def test_a_second_call_compiles_nothing():
    fused = fuse.fuse(sgd.sgd, sgd.sgd_coefficients, ())
    args = (np.zeros(5, "float32"), np.ones(5, "float32"))
    hyper = np.ones(3, "float32")
    fused.serial(1, hyper, np.zeros(2, "float32"), *args)
    before = len(fused.serial.signatures)
    fused.serial(2, hyper, np.zeros(2, "float32"), *args)
    assert len(fused.serial.signatures) == before


PROGRAM = """
import sys; sys.path.insert(0, {folder!r})
import numpy as np, user
from optlab.kernels.fuse import fuse
from optlab.kernels.rules import sgd
fused = fuse(user.rule, sgd.sgd_coefficients, ())
param = np.zeros(1, "float32")
fused.serial(1, np.ones(3, "float32"), np.zeros(2, "float32"), param, np.ones(1, "f4"))
hits = sum(fused.serial.stats.cache_hits.values())
print(param[0], hits)
"""


def test_an_edited_helper_is_never_served_stale(tmp_path: Path):
    def run():
        program = PROGRAM.format(folder=str(tmp_path))
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
        value, hits = done.stdout.split()
        return float(value), int(hits)

    user = "import helper\ndef rule(p, g, lr):\n    return (helper.change(p, g),)\n"
    user = (
        "from helper import change\ndef rule(p, g, lr):\n    return (change(p, g),)\n"
    )
    (tmp_path / "user.py").write_text("import numba\n" + user)
    helper = "import numba\n@numba.njit\ndef change(p, g):\n    return p {} g\n"
    (tmp_path / "helper.py").write_text(helper.format("-"))
    assert run() == (-1.0, 0)
    assert run() == (-1.0, 1)
    (tmp_path / "helper.py").write_text(helper.format("+"))
    assert run() == (1.0, 0)


def test_machine_code_of_two_rules_never_shares_a_name():
    # Linked by name: code cached by two processes would serve each other's callers.
    fused = [
        fuse.fuse(adam.adam, adam.adam_coefficients, adam.SLOTS),
        fuse.fuse(adam.adam, adam.adam_coefficients, adam.SLOTS, clipping.clip_by_norm),
        fuse.fuse(sgd.sgd, sgd.sgd_coefficients, ()),
    ]
    for name in ("block", "serial", "parallel", "scattered", "rule", "coefficients"):
        functions = [getattr(f._names[name], "py_func", f._names[name]) for f in fused]
        assert len({function.__qualname__ for function in functions}) == len(fused)
