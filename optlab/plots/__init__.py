"""Pictures of runs: each function takes axes or makes them, and returns them."""

from optlab.plots.curves import plot_loss, plot_metric
from optlab.plots.files import checked_path, save
from optlab.plots.schedule import plot_schedule
from optlab.plots.trajectory import plot_coordinates, plot_trajectory

__all__ = [
    "checked_path",
    "plot_coordinates",
    "plot_loss",
    "plot_metric",
    "plot_schedule",
    "plot_trajectory",
    "save",
]
