"""How far losses and layers may be from tf.keras, and why.

In roundings of the largest number in the tensor: the bounds are the next power of two
above what was measured. What is not listed must agree to the last bit.
"""

from __future__ import annotations

from optlab.validation.draws import BOUNDS
from optlab.validation.parity import EXACT, Tolerance

_EXP = "TensorFlow's vectorised exp and log differ from the C library's in the last bit"
_ORDER = "another matrix product, so sums in another order"

#: Losses that need no exponential, in TensorFlow's own order.
EXACT_LOSSES = ("mean_squared_error", "mean_absolute_error", "huber")

#: tf.keras's metrics add up in float32, ours in float64; 2.3 was measured.
METRIC = Tolerance(roundings=4.0, reason="tf.keras adds up in float32")

#: Stacks of layers that only multiply, compare, and average few values.
EXACT_LAYERS = (
    "activation linear",
    "activation relu",
    "activation leaky_relu",
)

#: Roundings and the reason, by the first word of the stack's name.
_LAYERS = {
    "activation": (8.0, _EXP),
    "dense": (2.0, _ORDER),
    "batch": (2.0, "means and variances summed in another order"),
    "dropout": (2.0, _ORDER),
    "residual": (4.0, _ORDER),
    "convolution": (8.0, "sums over the window in another order"),
    "merging": (4.0, _ORDER),
    "recurrent": (32.0, f"{_ORDER}, step by step"),
    "deep": (8.0, f"{_ORDER}, through five layers"),
}


def loss_tolerance(name: str, dtype: str) -> Tolerance:
    """Return what passes for a loss and its gradient."""
    if name in EXACT_LOSSES:
        return EXACT
    if name == "log_cosh" and dtype == "float64":
        why = (
            "tf.keras rounds log 2 to float32 also in float64: every value is 2e-9 low"
        )
        return Tolerance(roundings=2.0**25, reason=why)
    if name == "log_cosh":
        why = "tf.keras's x + softplus(-2x) - log 2 cancels near 0"
        return Tolerance(roundings=4.0, reason=why)
    if name == "cosine_similarity":
        why = "the gradient is a difference of products, summed in another order"
        return Tolerance(roundings=8.0, reason=why)
    return Tolerance(roundings=2.0, reason=_EXP)


def layer_tolerance(name: str) -> Tolerance:
    """Return what passes for a stack of layers, forward and backward."""
    if name in EXACT_LAYERS:
        return EXACT
    roundings, reason = _LAYERS[name.split()[0]]
    return Tolerance(roundings=roundings, reason=reason)


def drawn_tolerance(name: str, dtype: str) -> Tolerance:
    """Return what passes for a layer in random configurations."""
    if name not in BOUNDS:
        return EXACT
    single, double, reason = BOUNDS[name]
    roundings = single if dtype == "float32" else double
    return Tolerance(roundings=roundings, reason=reason)
