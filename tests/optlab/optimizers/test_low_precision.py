"""Numbers of few bits: formats, codes, loops against arrays, saved and resumed."""

import ml_dtypes
import numba
import numpy as np
import pytest

from optlab import optimizers
from optlab.errors import InputError, InputTypeError
from optlab.kernels.low_precision import dynamic_code, formats, noise
from optlab.optimizers import SGD, Adam, AdamW, Lion, LowPrecision

ALL = np.arange(65536, dtype=np.uint16)
#: More than a chunk, and an odd rest.
SIZE = 8192 + 301
HALF = np.float32(0.5)


def wide(seed, size=20000):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(size) * 10.0 ** rng.uniform(-9, 6, size)).astype("f4")


@pytest.mark.parametrize(
    ("name", "dtype"), [("bfloat16", ml_dtypes.bfloat16), ("float16", np.float16)]
)
def test_formats_are_those_of_numpy(name, dtype):
    how = formats.FORMATS[name]
    with np.errstate(all="ignore"):
        theirs = ALL.view(dtype).astype("f4")
        mine = how.load(ALL)
        np.testing.assert_array_equal(mine, theirs)
        odd = np.array([0, -0.0, np.inf, -np.inf, np.nan, 65519.9, 65520, 3e-8], "f4")
        x = np.concatenate([wide(0), odd])
        rounded = how.nearest(x, np.uint32(0))
        np.testing.assert_array_equal(how.load(rounded), x.astype(dtype).astype("f4"))
    every = np.arange(65536, dtype=np.uint32)
    for value in (1.0039, -3.3e-6, 123.4, 7e-8):
        found = how.load(how.stochastic(np.full(65536, value, "f4"), every))
        assert len(np.unique(found)) == 2
        assert abs(found.astype("f8").mean() / value - 1) < 2e-5
    kept = how.load(how.stochastic(theirs[np.isfinite(theirs)], np.uint32(0xFFFF)))
    np.testing.assert_array_equal(kept, theirs[np.isfinite(theirs)])
    ends = how.stochastic(np.array([np.inf, -np.inf, np.nan], "f4"), np.uint32(0xFFFF))
    assert str(how.load(ends)) == "[ inf -inf  nan]"


@pytest.mark.parametrize(("kind", "first"), [("signed", 0), ("unsigned", 1)])
def test_codes_are_read_back_and_no_cell_is_far(kind, first):
    encode = getattr(dynamic_code, f"encode_{kind}")
    decode = getattr(dynamic_code, f"decode_{kind}")
    codes = np.arange(first, 256, dtype=np.uint8)
    codes = codes[codes != 0x80] if kind == "signed" else codes
    np.testing.assert_array_equal(encode(decode(codes), HALF), codes)
    most = getattr(dynamic_code, f"LARGEST_{kind.upper()}")
    assert decode(np.array([127 if kind == "signed" else 255], np.uint8))[0] == most
    x = (np.random.default_rng(1).uniform(0, most, 5000) ** 8).astype("f4")
    far = np.abs(decode(encode(x, HALF)) - x) / np.maximum(x, 1e-7)
    # Half a cell at the foot of a level is 15/2 of it, and half as much at the next.
    assert far.max() < 8 and np.median(far) < 0.05
    assert encode(np.zeros(1, "f4"), np.float32(0.99))[0] == first


@pytest.mark.parametrize("kind", ["signed", "unsigned"])
def test_noise_keeps_the_mean_of_a_code(kind):
    """Within a level; what is at its ends goes to a cell of another size."""
    encode = getattr(dynamic_code, f"encode_{kind}")
    decode = getattr(dynamic_code, f"decode_{kind}")
    places = noise.fraction(np.arange(65536, dtype=np.uint32))
    for x in (0.3, 0.777, 0.0221, 0.0011):
        found = decode(encode(np.full(65536, x, "f4"), places)).astype("f8")
        assert len(np.unique(found)) == 2 and abs(found.mean() / x - 1) < 1e-4
    ends = encode(np.array([0.99267, 0.99633], "f4"), np.float32(65535 / 65536))
    assert ends.max() <= 255 and ends.min() >= 127


def test_noise_is_even_and_of_its_place_alone():
    places = np.arange(8192, dtype=np.uint32)
    keys = noise.mixed(noise.mixed(np.array([5], np.uint64)) + np.arange(8, dtype="u8"))
    chunks = [
        noise.noise_bits(places, np.uint32(k), np.uint32(k >> np.uint64(32)))
        for k in keys
    ]
    ones = [(np.array(chunks) >> np.uint32(k) & np.uint32(1)).mean() for k in range(32)]
    assert abs(np.array(ones) - 0.5).max() < 0.01
    parts = [part(chunks[0]) for part in noise.PARTS]
    for each in parts:
        assert abs(each.mean() / 32767.5 - 1) < 0.03
        assert abs(np.corrcoef(each[1:], each[:-1])[0, 1]) < 0.05
    related = np.corrcoef([*parts, chunks[1], chunks[2]]) - np.eye(6)
    # The first two parts have no bit in common, the other two 8 with each of them.
    assert abs(related).max() < 0.05


def given(values, dtype):
    if dtype == "bfloat16":
        return formats.nearest_bfloat16(values.astype("f4"), np.uint32(0))
    return values.astype(dtype)


def stepped(make, dtype, engine="numba", resume=False, threads=2):
    """Return the bits of parameters and state after some steps."""
    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, before))
    rng = np.random.default_rng(0)
    params = [given(rng.standard_normal(s), dtype) for s in (SIZE, (3, 5), (0,))]
    optimizer = optimizers.get(make)
    optimizer.inner_optimizer.engine = engine
    optimizer.build(params)
    for step in range(5):
        sizes = [10.0 ** rng.uniform(-4, 0, p.shape) for p in params]
        grads = [given(rng.standard_normal(s.shape) * s, dtype) for s in sizes]
        if resume and step == 3:
            saved = optimizer.save_state()
            config = optimizer.get_config()
            optimizer = LowPrecision.from_config(config)
            optimizer.inner_optimizer.engine = engine
            optimizer.build(params)
            optimizer.load_state(saved)
        optimizer.apply(grads)
    numba.set_num_threads(before)
    state = [a.tobytes() for arrays in optimizer.state.values() for a in arrays]
    return [p.tobytes() for p in params] + state


def held(inner, **options):
    return {"name": "low_precision", "inner_optimizer": inner, **options}


ADAM = {"name": "adamw", "learning_rate": 0.01, "clipnorm": 1.0}
CASES = {
    "8 bits, decay and clip": (held(ADAM, seed=3), "bfloat16"),
    "16 bits": (
        held({"name": "rmsprop", "momentum": 0.9}, state_dtype="bfloat16"),
        "bfloat16",
    ),
    "a master copy": (
        held({"name": "lion"}, master_copy=True, block_size=2048),
        "float16",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_loops_have_the_bits_of_arrays_for_any_threads_and_resumed(case, monkeypatch):
    make, dtype = CASES[case]
    if case == "16 bits":
        at = "optlab.optimizers.low_precision_stepper.PARALLEL_FROM"
        monkeypatch.setattr(at, 4096)
    loops = stepped(make, dtype)
    assert loops == stepped(make, dtype, engine="numpy")
    assert loops == stepped(make, dtype, threads=1)
    assert loops == stepped(make, dtype, resume=True)


@pytest.fixture
def on_arrays(monkeypatch):
    """Compile nothing: the bits are the same."""
    monkeypatch.setattr(optimizers.RuleOptimizer, "engine", "numpy")


@pytest.mark.parametrize(
    ("state", "dtype"), [("float16", "float16"), ("uint8", "float64")]
)
def test_other_formats_are_stepped_and_resumed(on_arrays, state, dtype):
    make = held({"name": "sgd", "momentum": 0.9}, state_dtype=state)
    whole = stepped(make, dtype, engine="numpy")
    assert whole == stepped(make, dtype, engine="numpy", resume=True)


def test_another_seed_rounds_otherwise():
    ends = [
        stepped(
            held({"name": "adam"}, state_dtype="bfloat16", seed=seed),
            "bfloat16",
            engine="numpy",
        )
        for seed in (0, 1)
    ]
    assert ends[0] != ends[1]


def test_a_small_step_is_lost_to_nearest_only(on_arrays):
    """1e-5 a step is far below the last place of bfloat16 at 1."""
    moved = {}
    for rounding in ("nearest", "stochastic"):
        bits = np.full(4096, 0x3F80, np.uint16)
        opt = LowPrecision(SGD(1.0), rounding=rounding)
        for _ in range(100):
            opt.apply([given(np.full(4096, 1e-5), "bfloat16")], [bits])
        moved[rounding] = 1 - formats.load_bfloat16(bits).mean()
    assert moved["nearest"] == 0
    assert abs(moved["stochastic"] / 1e-3 - 1) < 0.1


def test_state_is_near_that_of_float32_and_can_be_looked_at(on_arrays):
    rng = np.random.default_rng(0)
    plain, low = Adam(0.01), LowPrecision(Adam(0.01))
    a, b = np.ones((40, 30), "f4"), np.ones((40, 30), "f4")
    for _ in range(20):
        grad = rng.standard_normal((40, 30)).astype("f4")
        plain.apply([grad], [a])
        low.apply([grad], [b])
    assert low.state["momentum"][0].dtype == np.uint8
    assert low.state["velocity_scale"][0].shape == (5,)
    for name, arrays in low.decoded_state().items():
        theirs = plain.state[name][0]
        assert np.abs(arrays[0] - theirs).max() < 0.05 * np.abs(theirs).max()
    assert np.abs(a - b).max() < 0.02


def test_arrays_of_ml_dtypes_are_taken(on_arrays):
    w = np.ones(3, ml_dtypes.bfloat16)
    opt = LowPrecision(Adam(0.5), "bfloat16", rounding="nearest")
    opt.apply([np.ones(3, ml_dtypes.bfloat16)], [w])
    assert w.astype("f4").tolist() == [0.5] * 3


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: LowPrecision(optimizers.Lamb()), "cannot hold Lamb"),
        (lambda: LowPrecision(optimizers.Prodigy()), "cannot hold Prodigy"),
        (lambda: LowPrecision(Adam(use_ema=True)), "cannot hold `use_ema`"),
        (lambda: LowPrecision(Adam(amsgrad=True)), "SGD, Adam without amsgrad"),
        (lambda: LowPrecision(Adam(), "float16"), "nothing below 6e-8"),
        (lambda: LowPrecision(Adam(), "int8"), "`state_dtype` must be one of 'uint8'"),
        (lambda: LowPrecision(Adam(), block_size=100), "`block_size` must be one of"),
        (lambda: LowPrecision(LowPrecision(Adam())), "a rule of its own"),
        (lambda: LowPrecision(Lion(), master_copy=True).build([np.ones(2)]), "16 bits"),
        (lambda: LowPrecision(AdamW()).build([np.ones(2, "i4")]), "float16 or uint16"),
        (lambda: Adam().build([np.ones(2, "f2")]), "`LowPrecision` steps"),
        (
            lambda: LowPrecision(Adam()).apply([np.ones(2, "f4")], [np.ones(2, "f2")]),
            "must have its parameter's dtype float16",
        ),
        (
            lambda: optimizers.LossScaleOptimizer(LowPrecision(Adam())).apply(
                [np.ones(2, "f2")], [np.ones(2, "f2")]
            ),
            "must be the outermost",
        ),
    ],
)
def test_what_it_cannot_do_is_said(make, told):
    with pytest.raises((InputError, InputTypeError), match=told):
        make()
