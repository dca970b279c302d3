"""pytorch_optimizer beside ours; for timm see `timm_pairs`."""

from __future__ import annotations

from typing import Any

from optlab.validation.frameworks import formulas
from optlab.validation.frameworks import library_formulas as others
from optlab.validation.frameworks.pair import (
    BEFORE,
    BETAS,
    DECAYED_MOMENTUM,
    INNER,
    RHO,
    STAYS_IN_FLOAT32,
    THREE,
    THREE_BETAS,
    TORCH_ADAM,
    TORCH_BETAS,
    TWO_BETAS,
    Pair,
)
from optlab.validation.frameworks.programs import ADOPT_PROGRAM, LAMB_PROGRAM

_D0 = {**TORCH_ADAM, "d0": "d0"}
_FROM_D0 = {**BETAS, "d0": 2.0**-5}
_UNDER: dict[str, Any] = {"allowed": 1e-9, "kept": "1e-15 is added under the root"}
_PLACES = {**TORCH_BETAS, "beta_3": "betas.2"}


def _pair(theirs: str, ours: str, *rest: Any, **more: Any) -> Pair:
    return Pair("pytorch_optimizer", theirs, ours, *rest, **more)


COLLECTION: list[Pair] = [
    _pair("AdaBelief", "adabelief", TORCH_ADAM, BETAS),
    _pair(
        "AdaBound",
        "adabound",
        {**TORCH_ADAM, "final_learning_rate": "final_lr", "gamma": "gamma"},
        {**BETAS, "final_learning_rate": 0.125, "gamma": 2.0**-8},
        **_UNDER,
    ),
    _pair("AdaDelta", "adadelta", {"rho": "rho", "epsilon": "eps"}, RHO),
    _pair(
        "AdaMax",
        "adamax",
        TORCH_ADAM,
        BETAS,
        variant=formulas.inner_adamax,
        line=INNER,
    ),
    _pair(
        "AdamP",
        "adamp",
        {**TORCH_ADAM, "delta": "delta"},
        BETAS,
        variant=others.uncorrected_adamp,
        line=BEFORE,
    ),
    _pair("Adan", "adan", THREE, THREE_BETAS),
    _pair(
        "AdEMAMix",
        "ademamix",
        {**THREE, "alpha": "alpha"},
        {**THREE_BETAS, "alpha": 5.0},
    ),
    _pair(
        "ADOPT",
        "adopt",
        TORCH_ADAM,
        BETAS,
        variant=others.late_adopt,
        line="the clip is by t^(1/4) with t from 1 at the step that only sets v",
        bug="Algorithm 2 of the paper sets v from a gradient g_0 first, and clips the "
        "t-th step after it by t^(1/4). Here the setting is step 1, so that the first "
        "clip is by 2^(1/4)",
        program=ADOPT_PROGRAM,
    ),
    _pair(
        "AggMo",
        "aggmo",
        _PLACES,
        {"beta_1": 0.0, "beta_2": 0.875, "beta_3": 0.984375},
    ),
    _pair(
        "CAME",
        "came",
        _PLACES,
        {"beta_1": 0.875, "beta_2": 0.96875, "beta_3": 0.984375},
    ),
    _pair("DAdaptAdam", "dadaptadam", _D0, _FROM_D0),
    _pair(
        "DAdaptSGD",
        "dadaptsgd",
        {"momentum": "momentum", "d0": "d0"},
        {"momentum": 0.875, "d0": 2.0**-3},
        **STAYS_IN_FLOAT32,
    ),
    _pair("Fromage", "fromage"),
    _pair(
        "FTRL",
        "ftrl",
        {"beta": "beta", "initial_accumulator_value": ""},
        {"beta": 0.5, "initial_accumulator_value": 0.0},
    ),
    _pair(
        "Lamb",
        "paperlamb",
        TORCH_ADAM,
        BETAS,
        {"max_grad_norm": 0.0},
        variant=others.corrected_lamb,
        line="the mean's correction divides the step after the norms were made equal, "
        "the mean square has none, and the norm of the weights ends at 10",
        bug="Algorithm 2 of the paper corrects both means first, and then scales the "
        "update to the norm of the weights, so that a step is as long as the rate "
        "says. Here the correction comes after the scaling: at the defaults the first "
        "step is 1 / (1 - 0.9) = 10 times as long",
        program=LAMB_PROGRAM,
    ),
    _pair(
        "LaProp",
        "laprop",
        TORCH_ADAM,
        BETAS,
        variant=others.inner_laprop,
        line=BEFORE,
        **STAYS_IN_FLOAT32,
    ),
    _pair(
        "LARS",
        "lars",
        {"momentum": "momentum"},
        {"momentum": 0.875},
        variant=others.matrix_lars,
        line="vectors are stepped by the whole rate, as in the authors' program",
    ),
    _pair(
        "Lion",
        "lion",
        TORCH_BETAS,
        TWO_BETAS,
    ),
    _pair(
        "MARS",
        "mars",
        {**TORCH_ADAM, "gamma": "gamma"},
        {**BETAS, "gamma": 0.03125},
        {"optimize_1d": True},
        variant=others.inner_mars,
        line=BEFORE,
    ),
    _pair("NovoGrad", "novograd", TORCH_ADAM, BETAS),
    _pair("Prodigy", "prodigy", _D0, _FROM_D0),
    _pair(
        "QHAdam",
        "qhadam",
        {**TORCH_ADAM, "nu_1": "nus.0", "nu_2": "nus.1"},
        {**BETAS, "nu_1": 0.75, "nu_2": 0.875},
        **STAYS_IN_FLOAT32,
    ),
    _pair(
        "QHM",
        "qhm",
        {"momentum": "momentum", "nu": "nu"},
        {"momentum": 0.96875, "nu": 0.75},
    ),
    _pair(
        "RAdam",
        "radam",
        TORCH_ADAM,
        BETAS,
        variant=others.waiting_radam,
        line="no step is made before the length is 5, unless degenerated_to_sgd; the "
        "paper steps by the mean",
    ),
    _pair("ScheduleFreeAdamW", "schedulefreeadamw", TORCH_ADAM, BETAS, **_UNDER),
    _pair(
        "SGDW",
        "sgdw",
        DECAYED_MOMENTUM,
        {"momentum": 0.875, "weight_decay": 0.25},
    ),
    _pair(
        "SGDW",
        "sgdw",
        DECAYED_MOMENTUM,
        {"momentum": 0.875, "nesterov": True, "weight_decay": 0.25},
    ),
    _pair("Shampoo", "shampoo", {"epsilon": "matrix_eps"}, {"epsilon": 0.5}),
    _pair("SignSGD", "signum", {"momentum": "momentum"}, {"momentum": 0.875}),
    _pair(
        "Yogi",
        "yogi",
        {**TORCH_ADAM, "initial_accumulator_value": "initial_accumulator"},
        {**BETAS, "initial_accumulator_value": 2.0**-10},
        variant=formulas.optax_yogi,
        line="the mean begins with the number of the mean square, the paper's at 0",
    ),
]
