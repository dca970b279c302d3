"""Draw the README's picture again: ``make pictures``."""

from __future__ import annotations

from pathlib import Path

import optlab
from optlab import plots
from optlab.plots.theme import new_figure, style

OPTIMIZERS = {
    "SGD": optlab.SGD,
    "SGD, momentum 0.9": lambda rate: optlab.SGD(rate, momentum=0.9),
    "Adam": optlab.Adam,
}
#: For each panel a rate that suits each optimizer.
ON_DIGITS = dict(zip(OPTIMIZERS, (0.05, 0.05, 0.003), strict=True))
ON_ROSENBROCK = dict(zip(OPTIMIZERS, (0.0015, 0.0005, 0.05), strict=True))


def train() -> dict[str, optlab.Run]:
    """Train the shipped digits experiment once with each optimizer."""
    experiment = optlab.experiments.find("digits")
    data = experiment.load_data()
    runs = {}
    for name, make in OPTIMIZERS.items():
        built = experiment.build(data)
        runs[name] = optlab.fit(
            built.model,
            data.x,
            data.y,
            loss=built.loss,
            optimizer=make(ON_DIGITS[name]),
            **built.fit_arguments,
        )
    return runs


def walk() -> dict[str, optlab.Run]:
    """Walk down Rosenbrock's valley once with each optimizer."""
    problem = optlab.problems.Rosenbrock()
    return {
        name: optlab.minimize(problem, make(ON_ROSENBROCK[name]), steps=600)
        for name, make in OPTIMIZERS.items()
    }


def main() -> None:
    """Draw ``overview.png`` beside this file."""
    with style():
        figure, (left, right) = new_figure(1, 2, figsize=(13.5, 5.2))
        plots.plot_loss(train(), left, title="Handwritten digits")
        plots.plot_trajectory(walk(), right, title="Rosenbrock's valley, 600 steps")
    plots.save(figure, Path(__file__).with_name("overview.png"), dpi=90)


if __name__ == "__main__":
    main()
