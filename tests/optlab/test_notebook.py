"""What notebooks show: well-formed HTML with the figures, and no markup from names."""

import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import optlab
from optlab import notebook
from optlab.experiments.sweep_results import SettingResult, Sweep
from optlab.explain import explain


def words(found):
    tree = ElementTree.fromstring(f"<div>{found._repr_html_()}</div>")
    return " ".join(tree.itertext())


def made():
    grid = {"optimizer.learning_rate": [0.1, 1.0]}
    rows = (
        SettingResult({"optimizer.learning_rate": 0.1}, (), 0.5, 0.4, 0.6),
        SettingResult({"optimizer.learning_rate": 1.0}, (), None, None, None),
    )
    return {
        "run": optlab.minimize("booth", optlab.SGD(0.05), steps=5),
        "explanation": explain("adam", [0.1, 0.2]),
        "sweep": Sweep(grid, "loss", False, rows),
        "optimizer": optlab.Adam(0.0125),
        "model": optlab.Sequential([optlab.Dense(3)], input_shape=(2,)),
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("run", ["finished", "5 steps", "loss"]),
        ("explanation", ["Adam", "denominator", "0.1"]),
        ("sweep", ["2 settings", "learning_rate=0.1", "diverged"]),
        ("optimizer", ["Adam", "0.0125", "beta_1"]),
        ("model", ["dense", "Total params: 9"]),
    ],
)
def test_the_figures_are_shown(name, said):
    text = words(made()[name])
    assert [word for word in said if word not in text] == []


def test_names_are_no_markup():
    text = notebook.table(["<b>"], [["<script>", np.float64(1 / 3)]])
    assert "<script>" not in text and "&lt;script&gt;" in text and "0.333333" in text
    many = notebook.table(["a"], [[str(k)] for k in range(1000)])
    assert "980 more rows" in many


@pytest.mark.parametrize("name", ["run", "explanation", "optimizer", "model"])
def test_plots_are_drawn(name):
    assert made()[name].plot().axes


def test_a_row_of_the_comparison_is_shown():
    from types import SimpleNamespace

    row = SimpleNamespace(
        group="optimizers", label="adam", dtype="float32", mode="eager", regime="",
        passed=False, refused="", error="shapes <differ>", note="",
    )  # fmt: skip
    text = notebook.parity_html(row)
    assert "adam" in text and "failed" in text and "&lt;differ&gt;" in text


def test_nothing_heavy_is_imported_for_it():
    program = (
        "import sys, optlab; optlab.Adam()._repr_html_();"
        "sys.exit('matplotlib' in sys.modules or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
