"""Every planted fault has its place, is a fault of one file, and is counted."""

import ast
import contextlib
import datetime
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutants import __main__ as command
from tests.mutants.faults import ROOT, Fault, faults, misplaced
from tests.mutants.judging import Answer
from tests.mutants.report import Verdict, block, summary

TABLE = faults()


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
def test_fault_has_its_place(fault):
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    planted = fault.planted(text)
    assert ast.dump(ast.parse(planted)) != ast.dump(ast.parse(text))
    assert fault.verify and fault.tests and fault.why
    for path in fault.tests:
        assert (ROOT / path).exists()


def test_no_fault_is_noticed_only_because_a_name_is_missing(tmp_path):
    for number, fault in enumerate(TABLE):
        text = (ROOT / fault.file).read_text(encoding="utf-8")
        (tmp_path / f"fault_{number}.py").write_text(fault.planted(text))
    command = [Path(sys.executable).with_name("ruff"), "check", "--isolated"]
    done = subprocess.run(
        [*command, "--select", "F821", "--output-format", "concise", tmp_path],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_eighty():
    assert len([fault for fault in TABLE if not fault.equivalent]) >= 80


def test_a_fault_without_a_place_is_loud(monkeypatch, capsys):
    lost = replace(TABLE[0], old="no such text")
    assert "has no place" in misplaced([lost])[0]
    monkeypatch.setattr(command, "faults", lambda: [lost])
    assert command.main([]) == 2
    assert lost.name in capsys.readouterr().err


def test_two_of_one_name_are_refused(tmp_path):
    entry = '[[group.fault]]\nname = "a"\nold = "b"\nnew = "c"\nwhy = "d"\n'
    table = tmp_path / "faults.toml"
    table.write_text(
        '[[group]]\nfile = "x.py"\nverify = ["sgd"]\ntests = ["t"]\n' + 2 * entry
    )
    with pytest.raises(ValueError, match="Two faults are called 'a'"):
        faults(table)


def made(name, verify, tests, equivalent=""):
    fault = Fault(name, "a/b.py", "o", "n", "it | hurts", (), (), equivalent)
    answer = None if tests is None else Answer(bool(tests), tests, 1.0)
    return Verdict(fault, Answer(bool(verify), verify, 1.0), answer)


def test_counts_and_table():
    verdicts = [
        made("one", "adam", None),
        made("two", "", "test_x"),
        made("three", "", ""),
        made("four", "", "", "x * 1 is x"),
    ]
    assert [verdict.lives for verdict in verdicts] == [False, False, True, False]
    text = summary(verdicts, 4)
    assert "Of 3 faults the checks of `optlab verify --full` noticed 1 (33 %)" in text
    assert "the tests 1 of the 2" in text and "either of them 2 (67 %)" in text
    page = block(verdicts, 4, 90.0, datetime.date(2030, 1, 2))
    assert page.startswith("Measured on 2030-01-02 in 2 minutes.")
    assert "| two | `b.py` | no | noticed | it / hurts |" in page
    assert "none: x * 1 is x" in page
    assert "judged" not in text
    assert summary(verdicts, 103).startswith("4 of the 103 faults were judged. Of 3")


def test_minutes_judge_a_sample_in_an_order_of_its_own(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "_RECORD", tmp_path / "record.json")
    monkeypatch.setattr(command, "prepare", lambda: None)
    monkeypatch.setattr(command, "copies", lambda count: contextlib.nullcontext([]))
    order = [fault.name for fault in command.shuffled(TABLE)]
    assert sorted(order) == sorted(fault.name for fault in TABLE)
    assert order != [fault.name for fault in TABLE]
    noticed = Answer(True, "adam", 1.0)
    first = next(fault for fault in TABLE if fault.name == order[0])
    command.Record(command._RECORD, command.digest()).add(Verdict(first, noticed, None))
    assert command.main(["--trust", "--no-page", "--minutes", "-1"]) == 0
    assert f"1 of the {len(TABLE)} faults were judged" in capsys.readouterr().out


def test_answers_of_the_same_tree_are_kept(tmp_path):
    record = command.Record(tmp_path / "record.json", "digest")
    verdict = made("one", "adam", "")
    assert record.get(verdict.fault) is None
    record.add(verdict)
    again = command.Record(tmp_path / "record.json", "digest")
    assert again.get(verdict.fault) == verdict
    assert again.get(replace(verdict.fault, new="other")) is None
    assert (
        command.Record(tmp_path / "record.json", "changed").get(verdict.fault) is None
    )


def test_the_digest_of_a_tree_is_that_of_its_sources():
    assert command.digest() == command.digest()
    assert Path(command.__file__).is_relative_to(ROOT)


def test_a_planted_fault_reaches_all_that_is_compiled_with_it_and_goes_again(tmp_path):
    kernels = tmp_path / "kernels"
    kernels.mkdir()
    texts = {
        "a": "x = 1\n",
        "b": "from optlab.kernels.a import x\n",
        "c": "from optlab.kernels import b\n",
        "d": "import numpy\n",
    }
    for name, text in texts.items():
        (kernels / f"{name}.py").write_text(text)
        os.utime(kernels / f"{name}.py", (1.0, 1.0))

    def other():
        found = {p.stem for p in kernels.iterdir() if p.read_text() != texts[p.stem]}
        assert found == {p.stem for p in kernels.iterdir() if p.stat().st_mtime > 1.0}
        return found

    fault = replace(TABLE[0], file="kernels/a.py", old="x = 1", new="x = 2")
    with command.planted(fault, tmp_path):
        assert (kernels / "a.py").read_text().startswith("x = 2\n#")
        assert other() == {"a", "b", "c"}
    assert other() == set()
    assert replace(fault, file="kernels/rules/a.py").stale(tmp_path) == []


def test_what_is_generated_is_never_taken_from_before_a_fault(tmp_path):
    """Generated loops have no source file whose time would tell."""
    for name in ("kernels", "optlab"):
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True)
    fault = next(f for f in TABLE if f.file == "kernels/rules/sgd.py")
    marks = [_marks(tmp_path)]
    with command.planted(fault, tmp_path):
        marks.append(_marks(tmp_path))
    marks.append(_marks(tmp_path))
    assert marks[0] == marks[2] != marks[1]
    assert all(mark.startswith("kept ") for mark in marks)


def _marks(tree):
    """Ask, in a process that has not imported optlab, by what kernels are named."""
    program = """
import sys
from pathlib import Path
from tests.mutants.judging import ask

def marks():
    from optlab.kernels import generated, jit
    return f"{jit.digest()} {generated.digest()}"

print(ask(Path(sys.argv[1]), True, marks).by)
"""
    command = [sys.executable, "-c", program, str(tree)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
