"""Optimizers with tf.keras's names, arguments and bits."""

from optlab.optimizers.adadelta import Adadelta
from optlab.optimizers.adafactor import Adafactor
from optlab.optimizers.adagrad import Adagrad
from optlab.optimizers.adam import Adam, AdamW
from optlab.optimizers.adamax import Adamax
from optlab.optimizers.ftrl import Ftrl
from optlab.optimizers.lamb import Lamb
from optlab.optimizers.lion import Lion
from optlab.optimizers.loss_scale_optimizer import LossScaleOptimizer
from optlab.optimizers.multi_optimizer import MultiOptimizer, OptimizerMap
from optlab.optimizers.muon import Muon
from optlab.optimizers.nadam import Nadam
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.options import Options
from optlab.optimizers.registry import (
    OPTIMIZERS,
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
from optlab.optimizers.table import TABLE
from optlab.optimizers.update_rule import Rule
from optlab.optimizers.user_rule import rule

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "TABLE",
    "WRAPPERS",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "Options",
    "RMSprop",
    "Rule",
    "RuleOptimizer",
    "ScheduleFreeAdamW",
    "class_of",
    "get",
    "import_rule",
    "lookup",
    "names",
    "register",
    "rule",
]
