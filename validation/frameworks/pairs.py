"""Which optimizers of other frameworks are compared, and with which arguments.

Arguments are powers of two or sums of few, which float32 holds exactly: then what
differs in float64 is the formula and not the rounding of a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from optlab.validation.frameworks import formulas

#: The package of a framework by its name on the command line.
FRAMEWORKS = {"torch": "torch", "optax": "optax"}
#: Large, so that the place of an epsilon shows.
RATE, EPSILON = 2.0**-5, 2.0**-8


@dataclass(frozen=True)
class Pair:
    """One optimizer here and there.

    Attributes
    ----------
    framework : str
        "torch" or "optax".
    theirs : str
        What it is called there.
    ours : str
        The registered name here.
    names : mapping
        What our arguments are called there, "betas.0" for the first of a pair.
    matched : mapping
        Our arguments where both sides are given the same.
    theirs_only : mapping
        What theirs needs besides for that.
    variant : mapping or callable, optional
        What has their formula where ours has another: one of our optimizers by its
        configuration, or one of `formulas`.
    line : str
        What is different there, as a line.
    bug : str
        What it contradicts, where it does.
    program : str
        A few lines that show it.
    """

    framework: str
    theirs: str
    ours: str
    names: Mapping[str, str] = field(default_factory=dict)
    matched: Mapping[str, Any] = field(default_factory=dict)
    theirs_only: Mapping[str, Any] = field(default_factory=dict)
    variant: Mapping[str, Any] | Callable[..., Any] | None = None
    line: str = ""
    bug: str = ""
    program: str = ""

    @property
    def switches(self) -> dict[str, Any]:
        """Those of our arguments that select a rule."""
        return {k: v for k, v in self.matched.items() if v is True or k == "momentum"}


_T = {"beta_1": "betas.0", "beta_2": "betas.1", "epsilon": "eps"}
_O = {"beta_1": "b1", "beta_2": "b2", "epsilon": "eps"}
_BETAS = {"beta_1": 0.875, "beta_2": 0.96875, "epsilon": EPSILON}
_MOMENTUM = {"momentum": "momentum", "nesterov": "nesterov"}
_AFTER = "epsilon is added to the corrected root; tf.keras adds it to the uncorrected"
_ROOT = "epsilon is added to the root; tf.keras adds it under the root"
_INNER = "epsilon is added to |g| inside the maximum; tf.keras adds it to the divisor"
_RHO = {"rho": 0.875, "epsilon": EPSILON}
_SUM = {"initial_accumulator_value": 0.5, "epsilon": EPSILON}
_SAME_SUM = {"initial_accumulator_value": "initial_accumulator_value", "epsilon": "eps"}
_ADAN = {"beta_1": "b1", "beta_2": "b2", "beta_3": "b3", "epsilon": "eps"}

_RPROP_PROGRAM = """\
import jax.numpy as jnp, optax

w = jnp.array([1.0])
rprop = optax.rprop(0.1)
state = rprop.init(w)
update, state = rprop.update(jnp.array([1.0]), state, w)
print(update)  # expected -0.1, by the sign of the gradient; optax: 0
update, state = rprop.update(jnp.array([1.0]), state, w)
print(update)  # expected -0.12, the grown step; optax: -0.1, the step before
"""
_ADAN_PROGRAM = """\
import jax.numpy as jnp, optax

w = jnp.array([0.0])
adan = optax.adan(1.0, b1=0.0, b2=0.75, b3=0.0, eps=0.0, eps_root=0.0)
state = adan.init(w)
for g in (1.0, 2.0):
    update, state = adan.update(jnp.array([g]), state, w)
# g = 2, difference 1, v = 0.25 * 1, corrected by 1 - 0.75 ** 2: 0.5714
# paper: -(2 + 0.75 * 0.5714) / (2 + 0.75 * 1) = -0.8831
print(update)  # optax: -(2 + 0.25 * 0.5714) / (2 + 0.25 * 1) = -0.9524
"""

PAIRS: list[Pair] = [
    Pair("torch", "SGD", "sgd", _MOMENTUM),
    Pair("torch", "SGD", "sgd", _MOMENTUM, {"momentum": 0.875}),
    Pair("torch", "SGD", "sgd", _MOMENTUM, {"momentum": 0.875, "nesterov": True}),
    Pair(
        "torch",
        "RMSprop",
        "rmsprop",
        {"rho": "alpha", "epsilon": "eps"},
        _RHO,
        variant=formulas.torch_rmsprop,
        line=_ROOT,
    ),
    Pair(
        "torch",
        "Adagrad",
        "adagrad",
        _SAME_SUM,
        _SUM,
        variant=formulas.torch_adagrad,
        line=_ROOT,
    ),
    Pair("torch", "Adadelta", "adadelta", {"rho": "rho", "epsilon": "eps"}, _RHO),
    Pair("torch", "Adam", "adam", _T, _BETAS, {}, {"name": "torchadam"}, _AFTER),
    Pair(
        "torch",
        "Adam",
        "adam",
        {**_T, "amsgrad": "amsgrad"},
        {**_BETAS, "amsgrad": True},
        variant={"name": "torchadam"},
        line=_AFTER,
    ),
    Pair(
        "torch",
        "AdamW",
        "adamw",
        {**_T, "weight_decay": "weight_decay"},
        {**_BETAS, "weight_decay": 0.25},
        variant={"name": "torchadam"},
        line=_AFTER,
    ),
    Pair(
        "torch",
        "Adamax",
        "adamax",
        _T,
        _BETAS,
        variant=formulas.inner_adamax,
        line=_INNER,
    ),
    Pair(
        "torch",
        "NAdam",
        "nadam",
        _T,
        _BETAS,
        variant={"name": "torchnadam"},
        line="the momentum warms up by 0.96^(0.004 t); tf.keras has 0.96^t",
    ),
    Pair("torch", "RAdam", "radam", _T, _BETAS),
    Pair("torch", "Rprop", "rprop"),
    Pair("torch", "ASGD", "asgd", {"lambd": "lambd", "t0": "t0"}, {"t0": 8.0}),
    Pair(
        "torch",
        "Adafactor",
        "adafactor",
        {
            "beta_2_decay": "beta2_decay",
            "clip_threshold": "d",
            "epsilon_1": "eps.0",
            "epsilon_2": "eps.1",
        },
        {
            "beta_2_decay": -0.75,
            "clip_threshold": 1.0,
            "epsilon_1": EPSILON,
            "epsilon_2": 2.0**-10,
        },
        {"weight_decay": 0.0},
        variant={"name": "torchadafactor"},
        line="epsilon bounds means from below; tf.keras adds it to every square",
    ),
    Pair("optax", "sgd", "sgd", _MOMENTUM),
    Pair("optax", "sgd", "sgd", _MOMENTUM, {"momentum": 0.875}),
    Pair("optax", "sgd", "sgd", _MOMENTUM, {"momentum": 0.875, "nesterov": True}),
    Pair("optax", "rmsprop", "rmsprop", {"rho": "decay", "epsilon": "eps"}, _RHO),
    Pair("optax", "adagrad", "adagrad", _SAME_SUM, _SUM),
    Pair("optax", "adadelta", "adadelta", {"rho": "rho", "epsilon": "eps"}, _RHO),
    Pair("optax", "adam", "adam", _O, _BETAS, {}, {"name": "torchadam"}, _AFTER),
    Pair(
        "optax",
        "amsgrad",
        "adam",
        _O,
        {**_BETAS, "amsgrad": True},
        variant={"name": "amsgrad", "amsgrad": None},
        line="the maximum is of the corrected mean square, and epsilon beside it",
    ),
    Pair(
        "optax",
        "adamw",
        "adamw",
        {**_O, "weight_decay": "weight_decay"},
        {**_BETAS, "weight_decay": 0.25},
        variant={"name": "torchadam"},
        line=_AFTER,
    ),
    Pair(
        "optax",
        "adamax",
        "adamax",
        _O,
        _BETAS,
        variant=formulas.inner_adamax,
        line=_INNER,
    ),
    Pair(
        "optax",
        "nadam",
        "nadam",
        _O,
        _BETAS,
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
    Pair("optax", "lamb", "lamb", _O, _BETAS),
    Pair(
        "optax",
        "radam",
        "radam",
        _O,
        _BETAS,
        variant=formulas.optax_radam,
        line="epsilon is added to the corrected root; the authors add it before",
    ),
    Pair(
        "optax",
        "adan",
        "adan",
        _ADAN,
        {**_BETAS, "beta_3": 0.984375},
        {"eps_root": 0.0},
        variant=formulas.optax_adan,
        line="n and the step take (1 - b2) times the difference, where v decays by b2",
        bug="Algorithm 1 of the paper multiplies the difference by 1 - beta_2 with a "
        "beta_2 of 0.08, the weight of what is new. optax's b2 of 0.92 is the weight "
        "of what is kept: v is updated so, and the factor must then be b2 (as in the "
        "authors' program). At the defaults it is 0.08 where it should be 0.92",
        program=_ADAN_PROGRAM,
    ),
    Pair(
        "optax",
        "yogi",
        "yogi",
        {**_O, "initial_accumulator_value": ""},
        {**_BETAS, "initial_accumulator_value": 1e-6},
        variant=formulas.optax_yogi,
        line="the mean begins at 1e-6 as the mean square does, the paper's at 0",
    ),
    Pair("optax", "adabelief", "adabelief", _O, _BETAS, {"eps_root": EPSILON}),
    Pair("optax", "contrib.adopt", "adopt", _O, _BETAS),
    Pair(
        "optax",
        "contrib.ademamix",
        "ademamix",
        {**_ADAN, "alpha": "alpha"},
        {**_BETAS, "beta_3": 0.984375, "alpha": 5.0},
    ),
    Pair("optax", "lars", "lars", {"momentum": "momentum"}, {"momentum": 0.875}),
    Pair("optax", "novograd", "novograd", _O, _BETAS),
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
        program=_RPROP_PROGRAM,
    ),
]
