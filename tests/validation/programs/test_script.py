"""Scripts that never get to a fit: one sentence, exit status 2, nothing overwritten."""

import json
import subprocess
import sys

import pytest

OPTIONS = {
    "fit": 1,
    "timeout": 20.0,
    "shown": {
        **dict.fromkeys(("budget", "fix", "html", "plot")),
        "jobs": 1,
        "engine": "auto",
        "json": True,
    },
}


def run(path, **options):
    command = [
        *(sys.executable, "-m", "optlab.cli.diagnose_script"),
        *(json.dumps(OPTIONS | options), str(path), "--rate", "3"),
    ]
    return subprocess.run(
        command, cwd=path.parent, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("print('hello')", "ended without a call of fit or train_on_batch"),
        ("import sys; sys.exit(3)", "ended with sys.exit (3) before it trained"),
        ("import no_such_package_here", "needs the package 'no_such_package_here'"),
        ("open('rows.csv')", "needs the file 'rows.csv'"),
        ("name = input('who? ')", "asks for input"),
        ("import sys; sys.stdin.readline() or input()", "asks for input"),
    ],
)
def test_no_fit(tmp_path, source, message):
    script = tmp_path / "train.py"
    script.write_text(source)
    done = run(script)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [script]


def test_too_slow(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("import time\n\ntime.sleep(60)\n")
    done = run(script, timeout=1.0)
    assert done.returncode == 2
    assert "did not get to fit in 1 s; it was at line 3" in done.stderr


def test_arguments_and_prints(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("import sys\nprint(sys.argv[1:], __name__)\n")
    done = run(script)
    assert done.stdout == ""
    assert "['--rate', '3'] __main__" in done.stderr


def test_an_error_is_a_finding(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("rows = [1, 2]\n\nrate = rows.shape[0]\n")
    done = run(script)
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["verdict"] == "faulty"
    evidence = answer["causes"][0]["evidence"]
    assert (evidence["line"], evidence["code"]) == (3, "rate = rows.shape[0]")
    assert "no attribute" in evidence["error"] and evidence["meaning"]
