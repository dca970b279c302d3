"""The README's examples run, and what it shows is there."""

import doctest
import re
from pathlib import Path

import pytest

from optlab.cli.app import VERBS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_examples_run():
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried > 0 and failed == 0


def test_experiment_is_valid():
    from optlab import Experiment

    (text,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert Experiment.from_toml(text).optimizer is not None


def test_pictures_and_folders_exist():
    shown = re.findall(r"\]\((docs/[^)]+)\)", README)
    folders = re.findall(r"`(\w+)/`", README)
    assert shown and folders
    for name in {*shown, *folders} - {"out"}:  # made by a run
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_verb_is_listed(verb):
    assert f"`optlab {verb}" in README
