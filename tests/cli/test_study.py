import json

from optlab.cli.app import main
from optlab.study import StudyPage


def test_the_page_of_a_function_is_written(tmp_path, capsys, monkeypatch):
    # What the library ended with is checked elsewhere.
    monkeypatch.setattr(StudyPage, "checkpoints", lambda self: [])
    path = tmp_path / "new" / "page.html"
    assert main(["study", "booth", "--html", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["problems"][0] == "booth"
    assert told["bytes"] == path.stat().st_size < 600_000
    assert "lamb" in told["left_out"]


def test_a_model_is_refused_with_what_would_work(tmp_path, capsys):
    assert main(["study", "moons", "--html", str(tmp_path / "a.html")]) == 2
    assert "rosenbrock" in capsys.readouterr().err
    assert main(["study", "booth", "--html", str(tmp_path / "a.txt")]) == 2
    assert ".html" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
