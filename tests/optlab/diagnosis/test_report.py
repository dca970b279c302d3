"""The report in words, diff, page and picture: of a proved fault, and of health."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from optlab import Experiment, plots
from optlab.diagnosis import diagnose, text, write_fix
from optlab.diagnosis.causes import CAUSES
from optlab.diagnosis.causes.base import Suspicion
from optlab.diagnosis.file_diff import cured_text, file_diff, source_text
from optlab.diagnosis.findings import Findings, Tried
from optlab.diagnosis.html import to_html
from optlab.diagnosis.report import _entry
from optlab.errors import InputError

COMMENTED = """\
# Kept as it is.
[data]
source = "moons"
options = { n_samples = 200 }
[model]
layers = [
    { units = 16, activation = "tanh" },  # one hidden layer
    { units = 1, activation = "sigmoid" },
]
[loss]
name = "binary_crossentropy"
[optimizer]
name = "adam"
learning_rate = -0.01  # a slip of the pen
[training]
epochs = 40
batch_size = 16
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def faulty(folder):
    path = folder / "slip.toml"
    path.write_text(COMMENTED)
    return diagnose(path, jobs=1)


@pytest.fixture(scope="module")
def healthy():
    tables = COMMENTED.replace("-0.01", "0.01")
    return diagnose(Experiment.from_toml(tables), jobs=1)


def test_verdict(faulty, healthy):
    assert text.verdict(faulty).startswith("Faulty, and proved: opt.lr_negative. The")
    assert text.verdict(healthy).startswith("Healthy: ")


def test_story_of_a_fault(faulty):
    story = text.story(faulty)
    assert "The cause: the learning rate is negative or 0 (opt.lr_negative)." in story
    assert "What one sees then: the loss rises" in story
    assert "that is the proof" in story
    assert f"became {faulty.score_after:.2f}" in story


def test_story_of_health(healthy):
    story = text.story(healthy)
    assert "nothing needs to be repaired" in story and "51 causes were checked" in story


def test_proof_and_effect(faulty):
    found = faulty.causes[0]
    assert re.fullmatch(r"-?\d\.\d\d → \d\.\d\d over 3 seeds", text.proof(found))
    assert re.fullmatch(r"\+\d\.\d\d", text.effect(found))
    assert text.fix_lines(found) == ["optimizer.learning_rate = 0.01"]


def test_plain_report_names_the_change_that_was_proved(faulty):
    assert "optimizer.learning_rate = 0.01" in text.report(faulty)


def test_layers_are_grouped(faulty):
    found = faulty.causes[0]
    grouped = type(found)(
        found.cause,
        found.status,
        fix={f"model.layers.{k}.activation": "relu" for k in range(3)},
    )
    assert text.fix_lines(grouped) == ["model.layers.0-2.activation = relu"]


def test_checked_lines_hold_all_causes(healthy):
    lines = text.checked_lines(healthy)
    assert sum(line.count(",") + 1 for line in lines) == len(CAUSES)


def test_diff_keeps_comments(faulty):
    lines = file_diff(faulty).splitlines()
    assert lines[0] == "--- slip.toml"
    assert "-learning_rate = -0.01  # a slip of the pen" in lines
    assert "+learning_rate = 0.01  # a slip of the pen" in lines
    assert source_text(faulty.experiment) == COMMENTED
    assert cured_text(faulty).startswith("# Kept as it is.")


def test_written_fix_keeps_comments(faulty, tmp_path):
    write_fix(faulty, tmp_path / "cured.toml")
    written = (tmp_path / "cured.toml").read_text()
    assert "# one hidden layer" in written
    assert Experiment.from_toml(tmp_path / "cured.toml") == faulty.cured


def test_fix_must_be_toml(faulty, tmp_path):
    with pytest.raises(InputError, match=r"must be a \.toml file"):
        write_fix(faulty, tmp_path / "cured.txt")


def test_no_diff_for_the_healthy(healthy):
    assert file_diff(healthy) == ""
    with pytest.raises(InputError, match="no cure"):
        cured_text(healthy)


def test_page_is_self_contained(faulty):
    page = to_html(faulty)
    assert page.startswith("<!DOCTYPE html>")
    assert 'name="viewport" content="width=device-width' in page
    assert not re.search(r'(?:src|href)="?https?:', page)
    assert page.count("<svg") == 2
    assert "opt.lr_negative" in page and "optimizer.learning_rate" in page
    assert "learning_rate = -0.01" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert ids
    for drawn in re.findall(r"<svg.*?</svg>", page, flags=re.S):
        ET.fromstring(drawn)


def test_page_of_a_healthy_one(healthy):
    page = to_html(healthy)
    assert "Healthy" in page and "The fix" not in page


def test_page_escapes(faulty):
    marked = faulty.notes
    faulty.notes = ["<script>"]
    try:
        assert "<script>" not in to_html(faulty)
    finally:
        faulty.notes = marked


def test_picture_of_a_fault(faulty):
    figure = plots.plot_diagnosis(faulty)
    before, after, scores = figure.axes
    assert len(before.lines) == len(after.lines) == 3
    assert before.get_ylim() == after.get_ylim()
    assert [t.get_text() for t in scores.get_xticklabels()] == ["before", "after"]
    assert figure.get_suptitle() == "Faulty, and proved: opt.lr_negative"


def test_picture_of_health(healthy):
    figure = plots.plot_diagnosis(healthy, title="Mine", stacked=True)
    assert len(figure.axes) == 2 and figure.get_suptitle() == "Mine"


def test_losses_that_are_not_finite_are_said():
    from optlab.plots.diagnosis import plot_seed_losses
    from optlab.plots.theme import new_figure

    _, ax = new_figure()
    plot_seed_losses([[float("nan")]], ax)
    assert "not finite" in ax.texts[0].get_text()


def test_what_cures_only_together_is_proved_by_the_scores_of_both():
    original = Experiment.from_toml(COMMENTED)

    def tried(cause, path, value):
        changed = original.replace({path: value})
        return Tried(cause, lambda tree: tree, changed, [0.0])

    rate = tried("opt.lr_too_high", "optimizer.learning_rate", 0.1)
    scale = tried("data.unscaled_inputs", "data.scale", "standard")
    suspicions = {t.cause: Suspicion(0.5, {}) for t in (rate, scale)}
    found = Findings(None, None, suspicions, [0.0, 0.1, 0.0], cure=[rate, scale])
    found.after = [1.0, 0.9, 1.0]
    entry = _entry(found, original, rate, "proved", rate)
    assert text.proof(entry) == "0.00 → 1.00 over 3 seeds"
    assert entry.evidence["with"] == ["data.unscaled_inputs"]
    alone = _entry(found, original, rate, "ruled out", rate)
    assert alone.evidence["after"] == [0.0] and "with" not in alone.evidence


def test_a_rebuilt_set_up_is_a_way_out_where_no_cause_is_named(faulty):
    rebuilt = replace(faulty, causes=[])
    assert text.verdict(rebuilt).endswith("rebuilt by the book, it learns.")
    story = text.story(rebuilt)
    assert "rebuilt by the book" in story and "No change that was tried" not in story
    hopeless = replace(rebuilt, cured=None)
    assert "no cause found" in text.verdict(hopeless)
    assert text.story(hopeless).endswith("made it better, alone or together.")
