"""timm beside ours."""

from __future__ import annotations

from typing import Any

from optlab.validation.frameworks import library_formulas as others
from optlab.validation.frameworks.pair import (
    AFTER,
    BETAS,
    DECAYED_MOMENTUM,
    RHO,
    STAYS_IN_FLOAT32,
    THREE,
    THREE_BETAS,
    TORCH_ADAM,
    TORCH_BETAS,
    TWO_BETAS,
    Pair,
)


def _pair(theirs: str, ours: str, *rest: Any, **more: Any) -> Pair:
    return Pair("timm", theirs, ours, *rest, **more)


TIMM: list[Pair] = [
    _pair("AdaBelief", "adabelief", TORCH_ADAM, BETAS, {"rectify": False}),
    _pair(
        "Adafactor",
        "timmadafactor",
        {
            "clip_threshold": "clip_threshold",
            "min_dim_size_to_factor": "min_dim_size_to_factor",
            "relative_step": "",
        },
        {"clip_threshold": 1.0, "min_dim_size_to_factor": 1, "relative_step": False},
        {"scale_parameter": False},
    ),
    _pair("AdamP", "adamp", {**TORCH_ADAM, "delta": "delta"}, BETAS),
    _pair(
        "AdamWLegacy",
        "adamw",
        {**TORCH_ADAM, "weight_decay": "weight_decay"},
        {**BETAS, "weight_decay": 0.25},
        variant={"name": "torchadam"},
        line=AFTER,
    ),
    _pair("Adan", "adan", THREE, THREE_BETAS),
    _pair("Adopt", "adopt", TORCH_ADAM, BETAS, {"clip_exp": 0.25}),
    _pair(
        "Lamb",
        "paperlamb",
        TORCH_ADAM,
        BETAS,
        {"max_grad_norm": None, "always_adapt": True, "weight_decay": 0.0},
    ),
    _pair("LaProp", "laprop", TORCH_ADAM, BETAS, **STAYS_IN_FLOAT32),
    _pair(
        "Lars",
        "lars",
        {"momentum": "momentum"},
        {"momentum": 0.875},
        {"always_adapt": True, "eps": 0.0},
    ),
    _pair(
        "Lion",
        "lion",
        TORCH_BETAS,
        TWO_BETAS,
    ),
    _pair(
        "Mars",
        "mars",
        {**TORCH_ADAM, "gamma": "gamma"},
        {**BETAS, "gamma": 0.03125},
        {"optimize_1d": True},
        variant=others.first_mars,
        line="the first gradient is not corrected; the authors have 0 before it",
    ),
    _pair("NAdamLegacy", "torchnadam", TORCH_ADAM, BETAS),
    _pair(
        "NAdamW",
        "nadam",
        TORCH_ADAM,
        BETAS,
        {"weight_decay": 0.0},
        variant=others.nadamw,
        line="the momentum is constant, and the look-ahead corrected as the mean is",
    ),
    _pair("NvNovoGrad", "novograd", TORCH_ADAM, BETAS, **STAYS_IN_FLOAT32),
    _pair(
        "RAdamLegacy",
        "radam",
        TORCH_ADAM,
        BETAS,
        allowed=1e-5,
        kept="it works in float32 there",
    ),
    _pair(
        "RMSpropTF",
        "rmsprop",
        {"rho": "alpha", "epsilon": "eps"},
        RHO,
        variant=others.ones_rmsprop,
        line="the mean square begins at 1, as in TensorFlow 1; tf.keras's at 0",
    ),
    _pair(
        "SGDW",
        "sgdw",
        DECAYED_MOMENTUM,
        {"momentum": 0.875, "weight_decay": 0.25},
    ),
]
