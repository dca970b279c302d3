"""Scripts that never get to a fit: one sentence, exit status 2, nothing overwritten.

All of them are run by one process that forks for each, so that optlab is imported once.
"""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from optlab.cli import diagnose
from optlab.diagnosis import text
from optlab.errors import InputError

SCRIPTS = {
    "no fit": "print('hello')",
    "exit": "import sys; sys.exit(3)",
    "package": "import no_such_package_here",
    "file": "open('rows.csv')",
    "input": "name = input('who? ')",
    "stdin": "import sys; sys.stdin.readline() or input()",
    "slow": "import time\n\ntime.sleep(60)\n",
    "forked": "import os\nif not os.fork():\n    raise SystemExit(3)\nos.wait()\n",
    "arguments": "import sys\nprint(sys.argv[1:], __name__)\n",
    "talks": (
        "import keras, numpy as np\n"
        "def batches():\n"
        "    print('asked')\n"
        "    yield np.ones((20, 2)), np.ones(20)\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(batches())\n"
    ),
    "syntax": "import os\nrows = [1, 2\n",
    "error": "rows = [1, 2]\n\nrate = rows.shape[0]\n",
}
REFUSED = {
    "no fit": "ended without a call of fit or train_on_batch",
    "exit": "ended with sys.exit (3) before it trained",
    "package": "needs the package 'no_such_package_here'",
    "file": "needs the file 'rows.csv'",
    "input": "asks for input",
    "stdin": "asks for input",
    "slow": "did not get to fit in 2 s; it was at line 3",
    "forked": "ended without a call of fit or train_on_batch",
    "arguments": "ended without a call of fit or train_on_batch",
}
DRIVER = """
import os, sys
from optlab.cli import diagnose_script

scripts = sys.argv[1:]
for options, script in zip(scripts[::2], scripts[1::2]):
    child = os.fork()
    if not child:
        for number, suffix in ((1, ".out"), (2, ".err")):
            os.dup2(os.open(script + suffix, os.O_WRONLY | os.O_CREAT), number)
        os.chdir(os.path.dirname(script))
        sys.argv = ["diagnose_script", options, script, "--rate", "3"]
        diagnose_script.main()
    status = os.waitpid(child, 0)[1]
    with open(script + ".status", "w") as file:
        file.write(str(os.waitstatus_to_exitcode(status)))
"""
OPTIONS = {
    "fit": 1,
    "timeout": 60.0,
    "shown": {
        **dict.fromkeys(("budget", "fix", "html", "plot")),
        "jobs": 1,
        "engine": "auto",
        "json": True,
    },
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Run every script; return exit status, standard output and error by name."""
    paths = {}
    for name, source in SCRIPTS.items():
        paths[name] = tmp_path_factory.mktemp(name.replace(" ", "-")) / "train.py"
        paths[name].write_text(source)
    words = [sys.executable, "-c", DRIVER]
    for name, path in paths.items():
        timeout = 2.0 if name == "slow" else 60.0
        words += [json.dumps(OPTIONS | {"timeout": timeout}), str(path)]
    subprocess.run(words, check=True, timeout=200)

    def read(path, suffix):
        return path.with_name(path.name + suffix).read_text()

    return {
        name: (int(read(path, ".status")), read(path, ".out"), read(path, ".err"), path)
        for name, path in paths.items()
    }


@pytest.mark.parametrize("name", REFUSED)
def test_no_fit(ended, name):
    status, output, said, path = ended[name]
    assert status == 2 and output == ""
    assert REFUSED[name] in said.splitlines()[-1]
    assert "Traceback" not in said and said.count("error: ") == 1
    made = {p.name for p in path.parent.iterdir()}
    assert made == {"train.py", "train.py.out", "train.py.err", "train.py.status"}


def test_arguments_and_prints(ended):
    assert "['--rate', '3'] __main__" in ended["arguments"][2]


def test_an_error_is_a_finding(ended):
    status, output, _, _ = ended["error"]
    answer = json.loads(output)
    assert status == 1 and answer["verdict"] == "faulty"
    evidence = answer["causes"][0]["evidence"]
    assert (evidence["line"], evidence["code"]) == (3, "rate = rows.shape[0]")
    assert "no attribute" in evidence["error"] and evidence["meaning"]
    assert text.verdict(read_back(answer)) == "Faulty: line 3 raises AttributeError."


def test_what_a_generator_prints_is_no_answer(ended):
    _, output, said, _ = ended["talks"]
    assert "asked" in said
    assert json.loads(output)["verdict"] == "nothing_to_learn"


def test_what_python_cannot_read_is_a_finding(ended):
    status, output, _, _ = ended["syntax"]
    evidence = json.loads(output)["causes"][0]["evidence"]
    assert status == 1 and evidence["line"] == 2
    assert evidence["meaning"] == "Python cannot read this line."


def read_back(answer):
    """Return what the words of an answer are made of."""
    causes = [SimpleNamespace(**found) for found in answer["causes"]]
    return SimpleNamespace(verdict=answer["verdict"], causes=causes)


def test_a_killed_script_is_said(tmp_path, monkeypatch):
    script = tmp_path / "train.py"
    script.write_text("import os\nos.kill(os.getpid(), 9)\n")
    with pytest.raises(InputError, match=r"train\.py was ended by SIGKILL"):
        diagnose._run_script(str(script), [], OPTIONS)
