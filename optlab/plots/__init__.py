"""Pictures of runs: each function takes axes or makes them, and returns them."""

from optlab.plots.comparison import plot_profiles, plot_sensitivity, plot_wins
from optlab.plots.curves import plot_loss, plot_metric
from optlab.plots.diagnosis import plot_diagnosis
from optlab.plots.explanation import plot_explanation, plot_optimizer
from optlab.plots.files import checked_path, save
from optlab.plots.filters import plot_feature_maps, plot_filters
from optlab.plots.instruments import plot_instruments, plot_reading
from optlab.plots.internals import plot_internals
from optlab.plots.landscape import plot_landscape
from optlab.plots.layers import plot_activations, plot_gradients, plot_update_ratios
from optlab.plots.rates import plot_rates
from optlab.plots.report import plot_report
from optlab.plots.schedule import plot_schedule
from optlab.plots.stability import plot_spectrum, plot_stability
from optlab.plots.sweep import plot_sweep
from optlab.plots.trainability import plot_trainability
from optlab.plots.trajectory import plot_coordinates, plot_trajectory
from optlab.plots.weights import plot_weights

__all__ = [
    "checked_path",
    "plot_activations",
    "plot_coordinates",
    "plot_diagnosis",
    "plot_explanation",
    "plot_feature_maps",
    "plot_filters",
    "plot_gradients",
    "plot_instruments",
    "plot_internals",
    "plot_landscape",
    "plot_loss",
    "plot_metric",
    "plot_optimizer",
    "plot_profiles",
    "plot_rates",
    "plot_reading",
    "plot_report",
    "plot_schedule",
    "plot_sensitivity",
    "plot_spectrum",
    "plot_stability",
    "plot_sweep",
    "plot_trainability",
    "plot_trajectory",
    "plot_update_ratios",
    "plot_weights",
    "plot_wins",
    "save",
]
