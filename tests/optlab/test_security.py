"""Nothing that is read is executed, and no name that a user gives becomes markup."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import optlab
from optlab.errors import InputError

SCRIPT = "<script>alert(1)</script>"
PACKAGE = Path(optlab.__file__).parent
#: Where pickles pass, between processes of ours or with the user's own cluster.
PIPES = {"workers.py", "pickles.py"}
#: Where text is compiled that this package has written itself.
OWN_TEXT = {"kernels/fuse.py", "optimizers/user_rule.py"}


def calls():
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield name, ast.unparse(node.func), node


def test_no_pickle_is_read_and_no_text_is_run():
    found = list(calls())
    assert len(found) > 1000
    for name, function, node in found:
        if re.search(r"(^|\.)pickle\.loads?$|Unpickler$|joblib\.load$", function):
            assert name in PIPES, f"{name} reads a pickle"
        if function in ("exec", "eval"):
            assert name in OWN_TEXT, f"{name} runs a text"
        if function in ("np.load", "numpy.load"):
            words = {k.arg: ast.unparse(k.value) for k in node.keywords}
            assert words.get("allow_pickle") == "False", name


class Ran:
    happened = False

    def __reduce__(self):
        return setattr, (Ran, "happened", True)


def test_a_record_with_a_pickle_runs_nothing(tmp_path):
    path = tmp_path / "record.npz"
    np.savez(path, document=np.array([Ran()], object))
    with pytest.raises(InputError):
        optlab.Run.load(path)
    with pytest.raises(InputError):
        optlab.data.load(str(path))
    assert not Ran.happened


@pytest.mark.parametrize("form", ["class_name", "name"])
def test_a_name_imports_nothing(tmp_path, monkeypatch, form):
    (tmp_path / "evil_name.py").write_text("raise SystemExit('it ran')")
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in (optlab.optimizers, optlab.losses, optlab.metrics, optlab.layers):
        with pytest.raises(InputError):
            module.get({form: "evil_name:x"})


def test_scripts_in_a_diagnosis(tmp_path):
    from optlab.diagnosis.html import to_html

    rows = "".join(f"{i},{i % 2},{1e9 * i}\n" for i in range(40))
    data = tmp_path / "a.csv"
    data.write_text(f"x{SCRIPT},y{SCRIPT},z{SCRIPT}\n{rows}")
    file = tmp_path / f"{SCRIPT.replace('/', '')}.toml"
    file.write_text(
        f'[data]\nsource = "a.csv"\ntarget = "y{SCRIPT}"\n'
        '[model]\nlayers = [{ units = 1, activation = "relu" }]\n'
        '[loss]\nname = "mse"\n[optimizer]\nname = "sgd"\nlearning_rate = 1e6\n'
    )
    answer = optlab.diagnose(file, jobs=1, budget=5)
    answer.notes.append(SCRIPT)
    page = to_html(answer)
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_scripts_in_a_verification():
    from optlab.validation.page import page
    from optlab.validation.parity import EXACT, Tolerance
    from optlab.validation.results import Result

    loose = Tolerance(2, reason=SCRIPT)
    results = [
        Result("yours", SCRIPT, "float32", "eager", SCRIPT, EXACT, error=SCRIPT),
        Result("runs", SCRIPT, "float32", "t", SCRIPT, loose, note=SCRIPT),
        Result("yours", SCRIPT, "float32", "xla", SCRIPT, EXACT, refused=SCRIPT),
    ]
    versions = {"tensorflow": SCRIPT, "keras": "3", "intra_op_threads": "1"}
    shown = page(results, [], versions, 1.0)
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
