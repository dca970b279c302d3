"""The one table of optimizers: what each is, is checked with, and is timed against.

The registry, the matrix of `optlab verify`, the peers of `optlab bench`, the diagnosis
and the tests read it, so that nothing is timed or advised that is not checked.
"""

from __future__ import annotations

from optlab.optimizers.adadelta import Adadelta
from optlab.optimizers.adafactor import Adafactor
from optlab.optimizers.adagrad import Adagrad
from optlab.optimizers.adam import Adam, AdamW
from optlab.optimizers.adamax import Adamax
from optlab.optimizers.beyond.table import BEYOND
from optlab.optimizers.entry import Entry, Peer
from optlab.optimizers.ftrl import Ftrl
from optlab.optimizers.lamb import Lamb
from optlab.optimizers.lion import Lion
from optlab.optimizers.muon import Muon
from optlab.optimizers.nadam import Nadam
from optlab.optimizers.rmsprop import RMSprop
from optlab.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from optlab.optimizers.sgd import SGD

_ADAM = {"learning_rate": 0.0137, "beta_1": 0.83, "beta_2": 0.977, "epsilon": 3e-4}
_EPS = {"eps": 1e-7}
_TENTH = {**_EPS, "initial_accumulator_value": 0.1}
_DECAY = {**_EPS, "weight_decay": 0.004}

#: Those of tf.keras, by the lower-case name that files and commands use.
TWINS: dict[str, Entry] = {
    "adadelta": Entry(
        Adadelta,
        ({"learning_rate": 0.37, "rho": 0.83, "epsilon": 3e-4},),
        usual_rate=1.0,
        torch=Peer("Adadelta", {"rho": 0.95, **_EPS}),
        optax=Peer("adadelta", {"rho": 0.95, **_EPS}),
    ),
    "adafactor": Entry(
        Adafactor,
        tuple(
            {
                "learning_rate": rate,
                "beta_2_decay": -0.63,
                "epsilon_1": 3e-9,
                "epsilon_2": 0.007,
                "clip_threshold": 0.7,
                "relative_step": relative,
            }
            for rate in (1.0, 0.037, 1e-7)
            for relative in (False, True)
        ),
        ({"relative_step": False},),
        by_rate=True,
    ),
    "adagrad": Entry(
        Adagrad,
        ({"learning_rate": 0.037, "initial_accumulator_value": 0.3, "epsilon": 3e-4},),
        ({"initial_accumulator_value": 0.0},),
        usual_rate=0.05,
        torch=Peer("Adagrad", _TENTH, fused=True),
        optax=Peer("adagrad", _TENTH),
    ),
    "adam": Entry(
        Adam,
        (_ADAM, {**_ADAM, "amsgrad": True}),
        ({"amsgrad": True},),
        by_rate=True,
        torch=Peer("Adam", _EPS, fused=True),
        optax=Peer("adam", _EPS),
    ),
    "adamax": Entry(
        Adamax,
        (_ADAM,),
        by_rate=True,
        torch=Peer("Adamax", _EPS),
        optax=Peer("adamax", _EPS),
    ),
    "adamw": Entry(
        AdamW,
        ({**_ADAM, "weight_decay": 0.037, "amsgrad": True},),
        by_rate=True,
        torch=Peer("AdamW", _DECAY, fused=True),
        optax=Peer("adamw", _DECAY),
    ),
    "ftrl": Entry(
        Ftrl,
        tuple(
            {
                "learning_rate": 0.037,
                "learning_rate_power": power,
                "initial_accumulator_value": 0.3,
                "l1_regularization_strength": 0.007,
                "l2_regularization_strength": 0.03,
                "l2_shrinkage_regularization_strength": 0.05,
                "beta": 0.7,
            }
            for power in (-0.5, -0.37)
        ),
        ({"l1_regularization_strength": 0.01},),
        usual_rate=0.05,
    ),
    "lamb": Entry(Lamb, (_ADAM,), by_rate=True),
    "lion": Entry(
        Lion,
        ({"learning_rate": 0.0137, "beta_1": 0.83, "beta_2": 0.61},),
        by_rate=True,
        optax=Peer("lion", {"weight_decay": 0.0}),
    ),
    "muon": Entry(
        Muon,
        tuple(
            {
                "learning_rate": 0.0137,
                "adam_beta_1": 0.83,
                "adam_beta_2": 0.977,
                "adam_weight_decay": 0.03,
                "epsilon": 3e-4,
                "weight_decay": 0.07,
                "muon_a": 3.1,
                "muon_b": -4.3,
                "muon_c": 1.9,
                "adam_lr_ratio": 0.7,
                "momentum": 0.87,
                "ns_steps": 3,
                "nesterov": nesterov,
                "rms_rate": 0.3,
            }
            for nesterov in (False, True)
        ),
        ({"nesterov": False},),
    ),
    "nadam": Entry(Nadam, (_ADAM,), by_rate=True),
    "rmsprop": Entry(
        RMSprop,
        tuple(
            {
                "learning_rate": 0.0137,
                "rho": 0.83,
                "momentum": momentum,
                "epsilon": 3e-4,
                "centered": centered,
            }
            for momentum in (0.0, 0.67)
            for centered in (False, True)
        ),
        ({"momentum": 0.9}, {"centered": True}),
        by_rate=True,
        torch=Peer("RMSprop", {"alpha": 0.9, **_EPS}),
        optax=Peer("rmsprop", {"decay": 0.9, **_EPS}),
    ),
    "schedulefreeadamw": Entry(
        ScheduleFreeAdamW, ({**_ADAM, "warmup_steps": 7},), ({"warmup_steps": 10},)
    ),
    "sgd": Entry(
        SGD,
        (
            {"learning_rate": 0.037, "momentum": 0.87},
            {"learning_rate": 0.037, "momentum": 0.87, "nesterov": True},
        ),
        ({"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}),
        usual_rate=0.05,
        torch=Peer("SGD", {}, fused=True),
        optax=Peer("sgd", {}),
    ),
}

#: All of them.
TABLE: dict[str, Entry] = TWINS | BEYOND
