"""The README's examples run, and what it shows is there."""

import doctest
import importlib
import re
import tomllib
from pathlib import Path

import pytest

import optlab
from optlab.cli.app import VERBS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_examples_run():
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried > 0 and failed == 0


PAGES = ["README.md", *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_code_of_a_page_is_python_and_its_names_are_there(page):
    """Sessions are run by `test_examples_run`; the rest must compile at least."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        if not block.startswith(">>>"):
            compile(block, page, "exec")
    for name in set(re.findall(r"\boptlab((?:\.[a-zA-Z_]+)+)\b(?!\.)", text)):
        if name.startswith(".validation"):
            continue  # would import TensorFlow
        if name.endswith((".toml", ".cfg", ".py", ".json", ".git", ".egg")):
            continue
        found = optlab
        for part in name.split(".")[1:]:
            try:
                found = getattr(found, part)
            except AttributeError:
                found = importlib.import_module(f"{found.__name__}.{part}")


def test_experiments_are_valid():
    from optlab import Experiment

    whole, layers = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    experiment = Experiment.from_toml(whole)
    assert experiment.build().model.output_shape == (10,)
    model = experiment.replace(tomllib.loads(layers)).build().model
    assert [type(layer).__name__ for layer in model.layers][1] == "Conv2D"


def test_it_counts_the_optimizers_that_keras_lacks():
    from optlab.optimizers.beyond.table import BEYOND

    assert f"and {len(BEYOND)} that it lacks" in README


def test_pictures_and_folders_exist():
    shown = re.findall(r"\]\((docs/[^)]+)\)", README)
    folders = re.findall(r"`(\w+)/`", README)
    assert shown and folders
    for name in {*shown, *folders} - {"out"}:  # made by a run
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_verb_is_listed(verb):
    assert f"`optlab {verb}" in README
