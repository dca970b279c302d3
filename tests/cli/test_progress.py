"""Progress: nothing without a terminal, a live line with one."""

import io

from rich.console import Console
from rich.text import Text

from optlab.cli import output, progress

STATE = {"epoch": 1, "epochs": 5, "step": 20, "steps": 50, "epoch_ended": True}


def on_terminal(monkeypatch):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=120)
    monkeypatch.setattr(output, "messages", lambda: console)
    return screen


def test_no_hook_without_a_terminal(capsys):
    with progress.live("digits") as hook:
        assert hook is None
    with progress.counting("digits", 3) as count:
        count()
    assert capsys.readouterr() == ("", "")


def test_live_line_shows_epoch_and_figures(monkeypatch):
    screen = on_terminal(monkeypatch)
    with progress.live("digits") as hook:
        hook({**STATE, "logs": {"loss": 0.51234, "learning_rate": 0.1, "mae": 2.0}})
    shown = screen.getvalue()
    assert "epoch 2/5" in shown and "loss 0.5123" in shown and "mae 2" in shown
    assert "learning_rate" not in shown


def test_live_line_counts_steps_of_a_walk(monkeypatch):
    screen = on_terminal(monkeypatch)
    with progress.live("booth") as hook:
        hook({"step": 20, "steps": 50, "epoch_ended": False, "logs": {"loss": 1.0}})
    assert "step 20/50" in screen.getvalue()


def test_counting(monkeypatch):
    screen = on_terminal(monkeypatch)
    with progress.counting("sweep", 3) as count:
        count()
        count()
    assert "2/3" in screen.getvalue()


def test_counting_shows_rate_and_time_left_in_eighty_columns(monkeypatch):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(output, "messages", lambda: console)
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    with progress.counting("an experiment with a long name: runs", 262_144) as count:
        count()
        count()
    shown = screen.getvalue()
    assert "2/262144  0.067/s  46 days left" in shown
    assert max(len(line) for line in Text.from_ansi(shown).plain.split("\r")) <= 80


def test_counting_without_a_terminal_says_little(monkeypatch, capsys):
    clock = iter(range(10_000))
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    with progress.counting("digits", 3600) as count:
        for _ in range(3600):
            count()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "progress: 15 of 3600 runs after 15 s"
    assert lines[2].endswith("45 of 3600 runs after 45 s, about 3555 s left")
    assert 20 < len(lines) < 50


def test_figures_give_way_then_the_name_never_the_count():
    figures = ["loss 1", "mae 2"]
    assert progress.fitted("digits", figures, 21) == ("digits", "loss 1  mae 2")
    assert progress.fitted("digits", figures, 20) == ("digits", "loss 1")
    assert progress.fitted("digits", figures, 6) == ("digits", "")
    assert progress.fitted("digits", figures, 4) == ("dig…", "")
    assert progress.fitted("digits", figures, 0) == ("", "")


def test_eighty_columns_are_enough_for_the_count(monkeypatch):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(output, "messages", lambda: console)
    logs = {"loss": 0.6389, "accuracy": 0.9074, "val_loss": 0.55, "val_accuracy": 0.9}
    with progress.live("digits") as hook:
        hook({**STATE, "epoch": 99, "epochs": 100, "logs": logs})
    shown = screen.getvalue()
    assert "epoch 100/100" in shown and "digits" in shown and "…" not in shown
