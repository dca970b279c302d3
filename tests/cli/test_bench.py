"""``optlab bench``: files, exit statuses, bad input."""

import json

import pytest

from optlab.cli.app import main
from optlab.cli.bench import parse_sizes
from optlab.errors import InputError

FAST = ["bench", "schedule", "--quick", "--seconds", "0.01", "--peers", "none"]


@pytest.fixture
def measured(tmp_path, capsys):
    path = tmp_path / "results.json"
    assert main([*FAST, "--out", str(path)]) == 0
    capsys.readouterr()
    return path


def test_json_is_one_document_in_the_form_of_pytest_benchmark(tmp_path, capsys):
    path = tmp_path / "folder" / "results.json"
    assert main([*FAST, "--out", str(path), "--json"]) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert set(found) >= {"machine_info", "benchmarks", "datetime", "version"}
    assert found == json.loads(path.read_text())
    assert str(path) in captured.err.replace("\n", "")


def test_a_table_from_a_file(measured, capsys):
    assert main(["bench", "--from", str(measured)]) == 0
    out = capsys.readouterr().out
    assert "cosine_decay" in out and "median" in out and "Measured" in out


def test_markdown_from_a_file(measured, capsys):
    assert main(["bench", "--from", str(measured), "--markdown"]) == 0
    assert "| case | subject |" in capsys.readouterr().out


def test_comparing_a_file_with_itself_and_with_a_faster_one(measured, tmp_path, capsys):
    same = ["bench", "--from", str(measured), "--compare", str(measured)]
    assert main(same) == 0
    assert "0 of optlab's cases are slower" in capsys.readouterr().out
    faster = json.loads(measured.read_text())
    for entry in faster["benchmarks"]:
        entry["stats"]["median"] /= 2
        entry["stats"]["min"] /= 2
    old = tmp_path / "old.json"
    old.write_text(json.dumps(faster))
    worse = ["bench", "--from", str(measured), "--compare", str(old)]
    assert main(worse) == 1
    assert "slower" in capsys.readouterr().out
    assert main([*worse, "--threshold", "3"]) == 0
    capsys.readouterr()
    assert main([*worse, "--json"]) == 1
    compared = json.loads(capsys.readouterr().out)
    assert compared["optlab"]["compared"][0]["slower"]


def test_another_machine(measured, tmp_path, capsys):
    other = json.loads(measured.read_text())
    other["machine_info"]["node"] = "elsewhere"
    old = tmp_path / "old.json"
    old.write_text(json.dumps(other))
    words = ["bench", "--from", str(measured), "--compare", str(old)]
    assert main(words) == 2
    assert "--other-machine" in capsys.readouterr().err
    assert main([*words, "--other-machine"]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["stepp"], "Did you mean 'step'"),
        (["--peers", "torhc"], "Did you mean 'torch'"),
        (["--sizes", "0"], "positive whole numbers"),
        (["--sizes", "1e14"], "bytes"),
        (["--optimizers", "adem"], "Did you mean 'adam"),
        (["--from", "missing.json"], "Cannot read"),
        (["--from", "missing.json", "--quick"], "leave out --quick"),
        (["--compare", "missing.json"], "Cannot read"),
        (["--plot", "picture.pdf"], ".png or .svg"),
        (["--json", "--markdown"], "not both"),
        (["loss", "--sizes", "100"], "belong to the suite 'step'"),
        (["--optimizers", "sgd", "--sizes", "100"], "leave out"),
        (["--threshold", "2"], "belong to --compare"),
    ],
)
def test_bad_input(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["bench", *words]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""
    assert not list(tmp_path.rglob("*.json"))


def test_the_table_comes_before_what_cannot_be_done_with_it(measured, tmp_path, capsys):
    assert main([*FAST, "--out", str(measured), "--plot", str(tmp_path / "p.png")]) == 2
    captured = capsys.readouterr()
    assert "cosine_decay" in captured.out and "nothing to draw" in captured.err


def test_an_interrupted_run_says_so(tmp_path, capsys, monkeypatch):
    from optlab.bench import engine

    calls = []

    def run_case(*arguments):
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return whole(*arguments)

    whole = engine.run_case
    monkeypatch.setattr(engine, "run_case", run_case)
    path = tmp_path / "results.json"
    assert main([*FAST, "--out", str(path)]) == 130
    assert "interrupted" in capsys.readouterr().out
    assert json.loads(path.read_text())["optlab"]["interrupted"]


def test_sizes():
    assert parse_sizes(["100,1e4", "1_000", "100"]) == (100, 10_000, 1_000)
    assert parse_sizes(None) is None
    with pytest.raises(InputError, match=r"1\.5"):
        parse_sizes(["1.5"])
