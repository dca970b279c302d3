"""SimpleRNN, LSTM and GRU against tf.keras, in random configurations."""

import numpy as np
import pytest

from optlab.kernels.recurrent.common import CODES
from optlab.layers import GRU, LSTM, SimpleRNN, configuration, get
from optlab.validation.checks.one_layer import (
    largest_error,
    model_of,
    pairs,
    slope_error,
    twin_of,
)

CONFIGURATIONS = 40
#: float32: six steps of products of up to six terms each, and TensorFlow's exp differs
#: in the last bit. The largest measured: 2.0e-6 in float32, 1.4e-13 in float64.
BOUND = {"float32": 1e-5, "float64": 1e-12}
LAYERS = {
    "SimpleRNN": (SimpleRNN, {}),
    "LSTM": (LSTM, {"unit_forget_bias": [True, False]}),
    "GRU": (GRU, {"reset_after": [True, False]}),
}


def drawn(rng, more):
    """Return random arguments, and the shape of the inputs."""
    arguments = {
        "units": int(rng.integers(1, 6)),
        "use_bias": bool(rng.random() < 0.7),
        "return_sequences": bool(rng.random() < 0.5),
        "go_backwards": bool(rng.random() < 0.4),
        "zero_output_for_mask": bool(rng.random() < 0.3),
        "activation": str(rng.choice(list(CODES))) if rng.random() < 0.5 else "tanh",
        "unroll": bool(rng.random() < 0.5),
    }
    if more:
        gate = ["hard_sigmoid", "tanh", "linear"]
        arguments["recurrent_activation"] = (
            str(rng.choice(gate)) if rng.random() < 0.4 else "sigmoid"
        )
    arguments |= {name: bool(rng.choice(values)) for name, values in more.items()}
    if rng.random() < 0.3:
        arguments["dropout"] = 0.4
    if rng.random() < 0.3 and arguments.get("reset_after", True):
        arguments["recurrent_dropout"] = 0.3
    # The exponential of an exponential is enough.
    longest = 2 if arguments["activation"] == "exponential" else 6
    shape = (int(rng.integers(1, longest + 1)), int(rng.integers(1, 5)))
    return arguments, shape


@pytest.mark.parametrize("name", LAYERS)
def test_random_configurations(name):
    cls, more = LAYERS[name]
    for seed in range(CONFIGURATIONS):
        rng = np.random.default_rng(seed)
        dtype = "float32" if seed % 4 == 0 else "float64"
        arguments, shape = drawn(rng, more)
        model = model_of(cls(**arguments), shape, dtype, rng)
        twin = twin_of(model.layers[0])
        x = rng.standard_normal((int(rng.integers(1, 20)), *shape)).astype(dtype)
        mask = rng.random((len(x), shape[0])) < 0.7 if seed % 2 else None
        training = bool(arguments.keys() & {"dropout", "recurrent_dropout"})
        worst, tensor = largest_error(pairs(model, twin, x, mask, training))
        assert worst <= BOUND[dtype], f"{tensor}: {arguments}, seed {seed}"
        again = get({"class_name": name, "config": twin.get_config()})
        assert configuration(again) == configuration(model.layers[0]) | {
            "name": again.name
        }
        if seed < 12 and dtype == "float64" and arguments["activation"] == "tanh":
            assert slope_error(model, x, mask) < 1e-6
