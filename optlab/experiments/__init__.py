"""Experiments: frozen objects and TOML files with the same names."""

from optlab.experiments.building import Built
from optlab.experiments.experiment import Experiment, find
from optlab.experiments.library import describe, locate, shipped
from optlab.experiments.messages import ExperimentError
from optlab.experiments.sweep_results import Sweep
from optlab.experiments.sweeping import sweep
from optlab.experiments.toml_files import edit

__all__ = [
    "Built",
    "Experiment",
    "ExperimentError",
    "Sweep",
    "describe",
    "edit",
    "find",
    "locate",
    "shipped",
    "sweep",
]
