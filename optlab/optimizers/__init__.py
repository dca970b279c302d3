"""Optimizers with tf.keras's names, arguments and bits, and those that it lacks."""

from optlab.optimizers.adadelta import Adadelta
from optlab.optimizers.adafactor import Adafactor
from optlab.optimizers.adagrad import Adagrad
from optlab.optimizers.adam import Adam, AdamW
from optlab.optimizers.adamax import Adamax
from optlab.optimizers.beyond.adamp import AdamP
from optlab.optimizers.beyond.cautious import Cautious
from optlab.optimizers.beyond.dadapt import DAdaptAdam, DAdaptSGD
from optlab.optimizers.beyond.denominators import (
    ADOPT,
    AdaBelief,
    AdaBound,
    AMSGrad,
    LaProp,
    RAdam,
    SophiaG,
    Yogi,
)
from optlab.optimizers.beyond.estimated import DoG
from optlab.optimizers.beyond.factored import CAME, TorchAdafactor
from optlab.optimizers.beyond.kronecker import SOAP, Kron, Shampoo
from optlab.optimizers.beyond.layerwise import LARS, MARS, Fromage, NovoGrad, PaperLamb
from optlab.optimizers.beyond.lbfgs import LBFGS
from optlab.optimizers.beyond.lookahead import Lookahead
from optlab.optimizers.beyond.momentum import (
    ASGD,
    QHM,
    SGDW,
    AggMo,
    HeavyBall,
    Nesterov,
)
from optlab.optimizers.beyond.numerators import Adan, AdEMAMix, QHAdam
from optlab.optimizers.beyond.prodigy import Prodigy
from optlab.optimizers.beyond.sam import ASAM, SAM
from optlab.optimizers.beyond.signs import Rprop, SignSGD, Signum
from optlab.optimizers.beyond.swa import SWA
from optlab.optimizers.beyond.timm_adafactor import TimmAdafactor
from optlab.optimizers.beyond.torch_forms import TorchAdam, TorchNAdam
from optlab.optimizers.beyond.torch_muon import TorchMuon
from optlab.optimizers.ftrl import Ftrl
from optlab.optimizers.lamb import Lamb
from optlab.optimizers.lion import Lion
from optlab.optimizers.loss_scale_optimizer import LossScaleOptimizer
from optlab.optimizers.low_precision import LowPrecision
from optlab.optimizers.multi_optimizer import MultiOptimizer, OptimizerMap
from optlab.optimizers.muon import Muon
from optlab.optimizers.nadam import Nadam
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.options import Options
from optlab.optimizers.registry import (
    OPTIMIZERS,
    SEARCHERS,
    WRAPPERS,
    class_of,
    get,
    import_rule,
    lookup,
    names,
    register,
)
from optlab.optimizers.rmsprop import RMSprop
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from optlab.optimizers.sgd import SGD
from optlab.optimizers.table import TABLE, TWINS
from optlab.optimizers.update_rule import Rule
from optlab.optimizers.user_rule import rule

__all__ = [
    "ADOPT",
    "ASAM",
    "ASGD",
    "CAME",
    "LARS",
    "LBFGS",
    "MARS",
    "OPTIMIZERS",
    "QHM",
    "SAM",
    "SEARCHERS",
    "SGD",
    "SGDW",
    "SOAP",
    "SWA",
    "TABLE",
    "TWINS",
    "WRAPPERS",
    "AMSGrad",
    "AdEMAMix",
    "AdaBelief",
    "AdaBound",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamP",
    "AdamW",
    "Adamax",
    "Adan",
    "AggMo",
    "Cautious",
    "DAdaptAdam",
    "DAdaptSGD",
    "DoG",
    "Fromage",
    "Ftrl",
    "HeavyBall",
    "Kron",
    "LaProp",
    "Lamb",
    "Lion",
    "Lookahead",
    "LossScaleOptimizer",
    "LowPrecision",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Nesterov",
    "NovoGrad",
    "Optimizer",
    "OptimizerMap",
    "Options",
    "PaperLamb",
    "Prodigy",
    "QHAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "Rule",
    "RuleOptimizer",
    "ScheduleFreeAdamW",
    "Shampoo",
    "SignSGD",
    "Signum",
    "SophiaG",
    "TimmAdafactor",
    "TorchAdafactor",
    "TorchAdam",
    "TorchMuon",
    "TorchNAdam",
    "Yogi",
    "class_of",
    "get",
    "import_rule",
    "lookup",
    "names",
    "register",
    "rule",
]
