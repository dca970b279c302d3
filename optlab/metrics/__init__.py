"""Metrics: running figures of how good a model is, with tf.keras's names."""

from optlab.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
)
from optlab.metrics.auc import AUC
from optlab.metrics.balanced_accuracy import BalancedAccuracy
from optlab.metrics.base import Metric
from optlab.metrics.function import FunctionMetric
from optlab.metrics.registry import direction, get, get_all, names
from optlab.metrics.regression import (
    MeanAbsoluteError,
    MeanSquaredError,
    R2Score,
    RootMeanSquaredError,
)

__all__ = [
    "AUC",
    "Accuracy",
    "BalancedAccuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "FunctionMetric",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "R2Score",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "direction",
    "get",
    "get_all",
    "names",
]
