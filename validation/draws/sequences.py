"""Random layers over sequences: recurrent ones, wrappers, embeddings, masks."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.recurrent.common import CODES
from optlab.layers import (
    GRU,
    LSTM,
    Bidirectional,
    Dense,
    Embedding,
    Masking,
    RepeatVector,
    SimpleRNN,
    TimeDistributed,
)
from optlab.validation.draws.drawn import (
    EXP,
    ORDER,
    PENALTY,
    Bounds,
    Draw,
    Drawn,
    Rng,
    flag,
    numbers,
    pick,
    row_shape,
    some_mask,
)


def _recurrent(cls: Any, more: dict[str, list[Any]]) -> Draw:
    def draw(rng: Rng) -> Drawn:
        arguments: dict[str, Any] = {
            "units": int(rng.integers(1, 6)),
            "use_bias": flag(rng, 0.7),
            "return_sequences": flag(rng),
            "go_backwards": flag(rng, 0.4),
            "zero_output_for_mask": flag(rng, 0.3),
            "activation": pick(rng, list(CODES)) if flag(rng) else "tanh",
            "unroll": flag(rng),
            "recurrent_regularizer": pick(rng, [None, PENALTY]),
        }
        arguments |= {name: pick(rng, values) for name, values in more.items()}
        if flag(rng, 0.3):
            arguments["dropout"] = 0.4
        if flag(rng, 0.3) and arguments.get("reset_after", True):
            arguments["recurrent_dropout"] = 0.3
        longest = 6
        if arguments["activation"] == "exponential":
            # That of an exponential is enough; an LSTM has both in one step.
            longest = 1 if cls is LSTM else 2
        shape = (int(rng.integers(1, longest + 1)), int(rng.integers(1, 5)))
        # More rows than a block of the kernels has, once in a while.
        x = rng.standard_normal((int(rng.integers(1, 20)), *shape))
        if arguments["activation"] == "exponential":
            # exp(c) is off by c times what c is off by: exponents stay about 1.
            x *= 0.25
        training = bool(arguments.keys() & {"dropout", "recurrent_dropout"})
        return Drawn(cls(**arguments), x, some_mask(rng, len(x), shape[0]), training)

    return draw


_GATED: dict[str, list[Any]] = {
    "recurrent_activation": ["sigmoid", "sigmoid", "hard_sigmoid", "tanh"],
    "activity_regularizer": [None, None, PENALTY],
}


def _bidirectional(rng: Rng) -> Drawn:
    shape = row_shape(rng, 2, 2)
    units, sequences = int(rng.integers(1, 5)), flag(rng)
    cls = pick(rng, [GRU, LSTM, SimpleRNN])
    own = flag(rng)
    inner = cls(units, return_sequences=sequences, go_backwards=own and flag(rng))
    options: dict[str, Any] = {"merge_mode": pick(rng, ["concat", "sum", "ave", "mul"])}
    if own:
        options["backward_layer"] = SimpleRNN(
            units,
            return_sequences=sequences,
            go_backwards=not inner.go_backwards,
            name="other",
        )
    x = numbers(rng, 6, shape)
    return Drawn(Bidirectional(inner, **options), x, some_mask(rng, 6, shape[0]))


def _time_distributed(rng: Rng) -> Drawn:
    shape = row_shape(rng, 2)
    inner: Any
    if len(shape) == 3 and flag(rng):
        inner = SimpleRNN(3, return_sequences=flag(rng))
    else:
        inner = Dense(int(rng.integers(1, 5)), activation="tanh", use_bias=flag(rng))
    return Drawn(TimeDistributed(inner), numbers(rng, 6, shape))


def _embedding(rng: Rng) -> Drawn:
    size = int(rng.integers(1, 9))
    layer = Embedding(
        size,
        int(rng.integers(1, 6)),
        mask_zero=flag(rng),
        embeddings_regularizer=pick(rng, [None, "l2"]),
    )
    return Drawn(layer, rng.integers(0, size, (7, *row_shape(rng))).astype(np.float64))


def _masking(rng: Rng) -> Drawn:
    layer = Masking(mask_value=float(rng.integers(-1, 2)))
    x = rng.integers(-1, 2, (9, *row_shape(rng, 2))).astype(np.float64)
    return Drawn(layer, x)


def _repeat_vector(rng: Rng) -> Drawn:
    x = numbers(rng, 6, row_shape(rng, 1, 1))
    return Drawn(RepeatVector(int(rng.integers(1, 6))), x)


SEQUENCES: dict[str, Draw] = {
    "SimpleRNN": _recurrent(SimpleRNN, {}),
    "LSTM": _recurrent(LSTM, {"unit_forget_bias": [True, False], **_GATED}),
    "GRU": _recurrent(GRU, {"reset_after": [True, False], **_GATED}),
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "Embedding": _embedding,
    "Masking": _masking,
    "RepeatVector": _repeat_vector,
}

_STEPS = f"{ORDER}, step by step; {EXP}"
#: See `Bounds`.
SEQUENCE_BOUNDS: Bounds = {
    "SimpleRNN": (32.0, 64.0, _STEPS),
    "LSTM": (8.0, 8.0, _STEPS),
    "GRU": (64.0, 64.0, _STEPS),
    "Bidirectional": (32.0, 32.0, _STEPS),
    "TimeDistributed": (32.0, 64.0, f"{ORDER}; {EXP}"),
    "RepeatVector": (2.0, 2.0, "the gradients of the copies summed in another order"),
}
