"""The frame of the command line: help, unknown names, exit statuses, tracebacks."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from optlab.cli import app
from optlab.errors import InputError, InputTypeError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def raising(monkeypatch):
    """Make a verb whose function raises what the test says."""

    def install(error):
        def weigh() -> None:
            raise error

        monkeypatch.setitem(app.VERBS, "weigh", "Weigh.")
        before = app._function
        monkeypatch.setattr(
            app, "_function", lambda verb: weigh if verb == "weigh" else before(verb)
        )

    return install


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_lists_every_verb(optlab, words):
    status, out, err = optlab(*words)
    assert status == 0 and err == ""
    for verb, summary in app.VERBS.items():
        assert verb in out and summary in out


@pytest.mark.parametrize("verb", sorted(app.VERBS))
def test_every_verb_has_help(optlab, verb):
    status, out, _ = optlab(verb, "--help")
    assert status == 0
    assert f"optlab {verb}" in out and "--json" in out


def test_help_loads_no_verb_and_no_heavy_library():
    code = (
        "import sys; from optlab.cli.app import main; main(['--help']); "
        "sys.exit(' '.join(m for m in ('numpy', 'numba', 'pydantic_core', "
        "'optlab.cli.run') if m in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_version(optlab):
    status, out, _ = optlab("--version")
    with (ROOT / "setup.cfg").open() as file:
        declared = next(line for line in file if line.startswith("version"))
    assert (status, out) == (0, f"optlab {declared.split('=')[1].strip()}\n")


@pytest.mark.parametrize(
    "command",
    [[sys.executable, "-m", "optlab"], [str(Path(sys.executable).parent / "optlab")]],
)
def test_module_and_script_are_the_same(command):
    done = subprocess.run([*command, "--version"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("optlab ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rnu"], "Unknown command 'rnu'. Did you mean 'run'?"),
        (["--verison"], "No such option: --verison"),
        (["new"], "Missing argument 'file'"),
        (["new", "a.toml", "--forse"], "--force"),
        (["run", "digits", "--epochs", "many"], "--epochs"),
    ],
)
def test_bad_words_are_one_line_and_status_2(optlab, words, said):
    status, out, err = optlab(*words)
    assert (status, out) == (2, "")
    assert err.startswith("error: ") and err.count("\n") == 1
    assert said in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError("too\nlong"), "error: too long\n"),
        (InputTypeError("bad type"), "error: bad type\n"),
        (
            FileNotFoundError(2, "No such file or directory", "x.csv"),
            "error: No such file or directory: x.csv\n",
        ),
        (
            ValueError("a bug"),
            "internal error: ValueError: a bug (run with --debug for the traceback)\n",
        ),
        (
            RuntimeError("lost"),
            "internal error: RuntimeError: lost (run with --debug for the traceback)\n",
        ),
    ],
)
def test_errors_are_one_line_without_traceback(optlab, raising, error, said):
    raising(error)
    assert optlab("weigh") == (2, "", said)


@pytest.mark.parametrize("words", [("--debug", "weigh"), ("weigh", "--debug")])
def test_debug_shows_the_traceback(optlab, raising, words):
    raising(ValueError("bad value"))
    status, _, err = optlab(*words)
    assert status == 2
    assert "Traceback" in err and "ValueError: bad value" in err


def test_interrupt_is_status_130(optlab, raising):
    raising(KeyboardInterrupt())
    assert optlab("weigh") == (130, "", "interrupted\n")


def test_no_colour_codes_when_piped():
    done = subprocess.run(
        [sys.executable, "-m", "optlab", "--help"],
        capture_output=True,
        env={k: v for k, v in os.environ.items() if k != "NO_COLOR"},
    )
    assert b"\x1b" not in done.stdout


def test_pyproject_holds_the_build_system_alone():
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert set(tomllib.load(file)) == {"build-system"}
