"""The command ``optlab``: its verbs, and how each of them may end.

To add a verb ``weigh``:

1. write ``optlab/cli/weigh.py`` with a function ``weigh``, its arguments declared as
   typer wants them and its docstring the help text;
2. add ``"weigh": "One line for the list of verbs."`` to `VERBS`.

The module is imported only when its verb is asked for, so it may import what it needs
at the top. The function returns None (all well, exit status 0) or an exit status; it
raises `InputError` or `OSError` for bad input (status 2) and
prints results and messages through `optlab.cli.output`.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from optlab import interrupts
from optlab.cli import surroundings
from optlab.cli.bare_options import filled
from optlab.errors import InputError, unknown_name

#: Verb -> its line in ``optlab --help``; the module and the function have its name.
VERBS = {
    "run": "Train an experiment, or minimize an analytic function.",
    "diagnose": "Say why a set-up does not learn, and prove it by rerunning it.",
    "sweep": "Run an experiment over a grid or sample of settings.",
    "compare": "Compare optimizers, each tuned under the same budget.",
    "rate": "Test a range of learning rates, and suggest one.",
    "trainability": "Draw the border of convergence over two settings.",
    "explain": "Show the arithmetic of an optimizer's steps, number by number.",
    "study": "Write the interactive page to study optimizers in.",
    "optimizers": "List the optimizers: rule, slots, bytes a parameter.",
    "verify": "Compare with tf.keras, to the last bit.",
    "behaviours": "Measure again what TensorFlow really does.",
    "bench": "Time steps, losses, training beside peers and the limit.",
    "cases": "The casebook: claims about losses that do not fall, measured.",
    "schedule": "Tabulate or draw a learning rate schedule.",
    "docs": "Open the page of a name in the documentation.",
    "new": "Write a commented experiment file to start from.",
}

#: Exit statuses; the last is the one that shells give to Ctrl-C.
FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130

# What typer raises for a wrong option or argument, wherever it keeps the class.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[2]

_EPILOG = (
    "Add --debug to any command for the whole traceback of an error. "
    "Exit status: 0 well; 1 the check failed, or the run diverged or did not learn; "
    "2 bad input; 130 Ctrl-C, 143 SIGTERM."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``optlab``; those of this process where left out.

    Returns
    -------
    int
        0 all well; 1 the check failed, or the run diverged or did not learn; 2 bad
        input; 130 Ctrl-C; 143 SIGTERM.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    words, debug = _without_debug(words)
    surroundings.prepare()
    with interrupts.command():
        status = _run(words, debug)
        if status == INTERRUPTED or interrupts.received() is not None:
            _say("interrupted")
            status = interrupts.status()
    return status


def _run(words: list[str], debug: bool) -> int:
    """Run a verb; return its exit status whatever it raises."""
    try:
        status = _dispatch(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        if isinstance(error, SystemExit):  # so typer ends when the pipe is broken
            if not isinstance(error.__context__, BrokenPipeError):
                raise
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        # The reader (`| head`) has gone: nothing is left to say, nor to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            traceback.print_exc()
        elif _is_input_error(error):
            _say(f"error: {_one_line(error)}")
        else:
            _say(
                f"internal error: {type(error).__name__}: {_one_line(error)} "
                "(run with --debug for the traceback)"
            )
        return BAD_INPUT
    return status


def application(verb: str | None = None) -> typer.Typer:
    """Build the typer application, with only the code of `verb` loaded."""
    app = typer.Typer(
        name="optlab",
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # which would take "[default: ...]" for a style
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=_EPILOG,
    )
    app.callback(help="A laboratory for first-order optimizers.")(_root)
    for name, summary in VERBS.items():
        function = _function(name) if name == verb else _unloaded
        app.command(name, help=_help(function), short_help=summary, epilog=_EPILOG)(
            function
        )
    return app


def _dispatch(words: list[str]) -> int:
    """Find the verb, run it, and turn typer's ways of ending into a status."""
    if not words and "_OPTLAB_COMPLETE" not in os.environ:
        words = ["--help"]
    completed = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS")
    if "_OPTLAB_COMPLETE" in os.environ and completed:
        # The shell asks what could come next: the words are those typed so far.
        typed = completed.split()[1:]
        verb = next((word for word in typed if word in VERBS), None)
    else:
        verb = next((word for word in words if not word.startswith("-")), None)
    if verb is not None and verb not in VERBS:
        raise unknown_name("command", verb, VERBS)
    command = typer.main.get_command(application(verb))
    try:
        status = command.main(filled(words), prog_name="optlab", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    return status if isinstance(status, int) else 0


def _print_version(wanted: bool) -> None:
    if wanted:
        from optlab import __version__

        sys.stdout.write(f"optlab {__version__}\n")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the whole traceback of an error.")
    ] = False,
) -> None:
    """Take the options that belong to no verb; `main` has dealt with ``--debug``."""


def _help(function: Callable[..., Any]) -> str:
    """Return the docstring with each paragraph in one line, to be broken to fit."""
    paragraphs = (inspect.getdoc(function) or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _function(verb: str) -> Callable[..., Any]:
    module = importlib.import_module(f"optlab.cli.{verb}")
    function: Callable[..., Any] = getattr(module, verb)
    return function


def _unloaded() -> None:
    """Stand in the list of verbs for one whose code is not needed now."""


def _without_debug(words: list[str]) -> tuple[list[str], bool]:
    """Take ``--debug`` out of the words, wherever it stands before ``--``."""
    end = words.index("--") if "--" in words else len(words)
    kept = [word for word in words[:end] if word != "--debug"]
    return kept + words[end:], len(kept) < end


def _is_input_error(error: Exception) -> bool:
    return isinstance(error, (_USAGE_ERROR, InputError, OSError))


def _one_line(error: Exception) -> str:
    """Return the error's message, without line breaks but between problems."""
    if isinstance(error, _USAGE_ERROR):
        text = error.format_message()  # type: ignore[attr-defined]
    elif isinstance(error, OSError) and error.strerror:
        text = error.strerror + (f": {error.filename}" if error.filename else "")
    else:
        text = str(error) or type(error).__name__
    if hasattr(error, "problems"):  # An experiment's: one a line, as it wrote them.
        return str(error)
    return " ".join(text.split())


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
