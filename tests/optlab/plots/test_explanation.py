"""The picture of an explanation: a panel a name, the numbers of the table."""

import numpy as np

from optlab.explain import explain
from optlab.plots import plot_explanation


def test_panel_for_each_column():
    table = explain("adam", [0.1, 0.2, -0.3])
    figure = plot_explanation(table)
    shown = {ax.get_title(loc="left"): ax for ax in figure.axes if ax.get_visible()}
    assert list(shown) == [name for name in table.columns if name != "t"]
    for name, ax in shown.items():
        (line,) = ax.get_lines()
        assert line.get_xdata().tolist() == [1, 2, 3]
        np.testing.assert_array_equal(line.get_ydata(), table.column(name))
    assert figure.get_suptitle() == "Adam, learning rate 0.001: 3 steps"


def test_line_for_each_element():
    grads = [np.array([1.0, -1.0]), np.array([0.5, 2.0])]
    figure = plot_explanation(explain("sgd", grads, start=[0.0, 0.0]), title="Two")
    panel = next(ax for ax in figure.axes if ax.get_title(loc="left") == "parameter")
    assert len(panel.get_lines()) == 2
    assert figure.get_suptitle() == "Two"
