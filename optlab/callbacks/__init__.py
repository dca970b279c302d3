"""Callbacks: what happens between epochs, with tf.keras's names and semantics."""

from optlab.callbacks.base import Callback
from optlab.callbacks.early_stopping import EarlyStopping
from optlab.callbacks.function import FunctionCallback
from optlab.callbacks.learning_rate_scheduler import LearningRateScheduler
from optlab.callbacks.monitor import MonitorCallback
from optlab.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from optlab.callbacks.registry import get, get_all, names
from optlab.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "Callback",
    "EarlyStopping",
    "FunctionCallback",
    "LearningRateScheduler",
    "MonitorCallback",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
    "get",
    "get_all",
    "names",
]
