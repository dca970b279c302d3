r"""Muon as torch has it: a running mean is made orthogonal, scaled by the shape.

.. math::
    m &\leftarrow \mu m + (1 - \mu) g, \qquad
    G = (1 - \mu) g + \mu m \ \text{(Nesterov)} \\
    X_0 &= G / \max(\lVert G \rVert_F, \epsilon), \quad
    A = X X^\top, \quad X \leftarrow a X + (b A + c A^2) X \\
    w &\leftarrow w - \eta X \sqrt{\max(1, n_{out} / n_{in})}

or, to match Adam's steps, :math:`0.2 \sqrt{\max(n_{in}, n_{out})}` in the place of the
last root. A kernel is (in, out) here as in tf.keras, its transpose in torch, which
iterates in bfloat16 and refuses what is no matrix: that is stepped by torch's Adam
here. tf.keras's Muon sums instead of a mean, adds epsilon to the norm, and has the
second scale.

References
----------
Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024.
Liu et al., Muon is scalable for LLM training, 2025 (the second scale).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.muon import newton_schulz
from optlab.kernels.sums import norm_eigen

SLOTS = ("momentum",)


def torch_muon(
    param: Any,
    grad: Any,
    m: Any,
    learning_rate: Any,
    one_minus_momentum: Any,
    nesterov: Any,
    a: Any,
    b: Any,
    c: Any,
    steps: Any,
    epsilon: Any,
    match_rms: Any,
) -> Any:
    """Step along the orthogonalized mean."""
    m = m + (grad - m) * one_minus_momentum
    direction = m + (grad - m) * one_minus_momentum if nesterov else m
    tall = direction.shape[0] > direction.shape[1]
    x = direction.T.copy() if tall else direction
    x = x / np.maximum(norm_eigen(x), epsilon)
    x = newton_schulz(x, a, b, c, int(steps))
    update = x.T if tall else x
    param = param - learning_rate * scale(param, match_rms) * update
    return param, m


def scale(param: Any, match_rms: Any) -> Any:
    """Return what the shape of a kernel makes of the rate."""
    inputs, outputs = param.shape
    number = param.dtype.type
    if match_rms:
        return number(0.2) * np.sqrt(number(max(inputs, outputs)))
    return np.sqrt(number(max(1.0, outputs / max(inputs, 1))))


def torch_muon_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_momentum: Any,
    nesterov: Any,
    muon_a: Any,
    muon_b: Any,
    muon_c: Any,
    ns_steps: Any,
    epsilon: Any,
    match_rms: Any,
) -> Any:
    """Return the numbers as they are."""
    return (
        learning_rate,
        one_minus_momentum,
        nesterov,
        muon_a,
        muon_b,
        muon_c,
        ns_steps,
        epsilon,
        match_rms,
    )
