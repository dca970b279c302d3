"""optax beside ours."""

from __future__ import annotations

from optlab.validation.frameworks import formulas
from optlab.validation.frameworks.pair import (
    ADAN,
    AFTER,
    BETAS,
    EPSILON,
    INNER,
    MOMENTUM,
    OPTAX_ADAM,
    RHO,
    SAME_SUM,
    SUM,
    Pair,
)
from optlab.validation.frameworks.programs import ADAN_PROGRAM, RPROP_PROGRAM

OPTAX: list[Pair] = [
    Pair("optax", "sgd", "sgd", MOMENTUM),
    Pair("optax", "sgd", "sgd", MOMENTUM, {"momentum": 0.875}),
    Pair("optax", "sgd", "sgd", MOMENTUM, {"momentum": 0.875, "nesterov": True}),
    Pair("optax", "rmsprop", "rmsprop", {"rho": "decay", "epsilon": "eps"}, RHO),
    Pair("optax", "adagrad", "adagrad", SAME_SUM, SUM),
    Pair("optax", "adadelta", "adadelta", {"rho": "rho", "epsilon": "eps"}, RHO),
    Pair("optax", "adam", "adam", OPTAX_ADAM, BETAS, {}, {"name": "torchadam"}, AFTER),
    Pair(
        "optax",
        "amsgrad",
        "adam",
        OPTAX_ADAM,
        {**BETAS, "amsgrad": True},
        variant={"name": "amsgrad", "amsgrad": None},
        line="the maximum is of the corrected mean square, and epsilon beside it",
    ),
    Pair(
        "optax",
        "adamw",
        "adamw",
        {**OPTAX_ADAM, "weight_decay": "weight_decay"},
        {**BETAS, "weight_decay": 0.25},
        variant={"name": "torchadam"},
        line=AFTER,
    ),
    Pair(
        "optax",
        "adamax",
        "adamax",
        OPTAX_ADAM,
        BETAS,
        variant=formulas.inner_adamax,
        line=INNER,
    ),
    Pair(
        "optax",
        "nadam",
        "nadam",
        OPTAX_ADAM,
        BETAS,
        variant=formulas.optax_nadam,
        line="the momentum is constant; tf.keras and the paper let it warm up",
    ),
    Pair(
        "optax",
        "lion",
        "lion",
        {"beta_1": "b1", "beta_2": "b2"},
        {"beta_1": 0.875, "beta_2": 0.96875},
        {"weight_decay": 0.0},
    ),
    Pair("optax", "lamb", "lamb", OPTAX_ADAM, BETAS),
    Pair(
        "optax",
        "radam",
        "radam",
        OPTAX_ADAM,
        BETAS,
        variant=formulas.optax_radam,
        line="epsilon is added to the corrected root; the authors add it before",
    ),
    Pair(
        "optax",
        "adan",
        "adan",
        ADAN,
        {**BETAS, "beta_3": 0.984375},
        {"eps_root": 0.0},
        variant=formulas.optax_adan,
        line="n and the step take (1 - b2) times the difference, where v decays by b2",
        bug="Algorithm 1 of the paper multiplies the difference by 1 - beta_2 with a "
        "beta_2 of 0.08, the weight of what is new. optax's b2 of 0.92 is the weight "
        "of what is kept: v is updated so, and the factor must then be b2 (as in the "
        "authors' program). At the defaults it is 0.08 where it should be 0.92",
        program=ADAN_PROGRAM,
    ),
    Pair(
        "optax",
        "yogi",
        "yogi",
        {**OPTAX_ADAM, "initial_accumulator_value": ""},
        {**BETAS, "initial_accumulator_value": 1e-6},
        variant=formulas.optax_yogi,
        line="the mean begins at 1e-6 as the mean square does, the paper's at 0",
    ),
    Pair("optax", "adabelief", "adabelief", OPTAX_ADAM, BETAS, {"eps_root": EPSILON}),
    Pair("optax", "contrib.adopt", "adopt", OPTAX_ADAM, BETAS),
    Pair(
        "optax",
        "contrib.ademamix",
        "ademamix",
        {**ADAN, "alpha": "alpha"},
        {**BETAS, "beta_3": 0.984375, "alpha": 5.0},
    ),
    Pair("optax", "lars", "lars", {"momentum": "momentum"}, {"momentum": 0.875}),
    Pair("optax", "novograd", "novograd", OPTAX_ADAM, BETAS),
    Pair("optax", "fromage", "fromage"),
    Pair("optax", "signum", "signum", {"momentum": "beta"}, {"momentum": 0.875}),
    Pair("optax", "sign_sgd", "signsgd"),
    Pair(
        "optax",
        "rprop",
        "rprop",
        variant=formulas.optax_rprop,
        line="the update of the step before is returned in the place of this one's",
        bug="The paper, and the docstring's own reference, step against the sign of "
        "the gradient of the moment. optax works that update out, stores it for the "
        "comparison of signs, and returns the one it had stored: the first step does "
        "not move, and every other goes against the gradient of the step before",
        program=RPROP_PROGRAM,
    ),
]
