"""``--set``: words of the command line that change an experiment."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optlab.errors import InputError

if TYPE_CHECKING:
    from optlab.experiments import Experiment

_PATH = re.compile(r"[A-Za-z_][\w-]*(\.-?[\w-]+)*")
#: Text that begins so was meant as TOML, so a mistake in it is not a plain word.
_TOML_MARKS = ("[", "{", '"', "'")


def parse_value(text: str) -> Any:
    """Read a value as TOML; a bare word is a string, ``.1`` a number, nothing None.

    Raises
    ------
    InputError
        If the text begins like a list, a table or a quoted string, and is none.

    Examples
    --------
    >>> parse_value("0.1"), parse_value("adam"), parse_value("[1, 2]"), parse_value("")
    (0.1, 'adam', [1, 2], None)
    """
    text = text.strip()
    if not text:
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except RecursionError:
        raise InputError(f"{text[:40]!r}... is nested too deeply.") from None
    except tomllib.TOMLDecodeError as error:
        if text.startswith(_TOML_MARKS) or "\n" in text:
            raise InputError(f"{text!r} is not a TOML value: {error}") from error
    try:
        return float(text)
    except ValueError:
        return text


def parse_settings(words: Sequence[str] | None, dotted: bool = True) -> dict[str, Any]:
    """Read ``table.key=value`` words into a dictionary of paths.

    Parameters
    ----------
    words : sequence of str, optional
        As they were given to ``--set``.
    dotted : bool
        Whether a path has a table before the key.

    Raises
    ------
    InputError
        If a word is not of that form, or a path comes twice.

    Examples
    --------
    >>> parse_settings(["optimizer.learning_rate=0.1", "loss.name=mse"])
    {'optimizer.learning_rate': 0.1, 'loss.name': 'mse'}
    """
    settings: dict[str, Any] = {}
    for word in words or ():
        path, text = split(word, "--set", dotted)
        if path in settings:
            raise InputError(f"--set {path} is given twice.")
        settings[path] = parse_value(text)
    return settings


def changed(
    experiment: Experiment,
    settings: list[str] | None,
    epochs: int | None = None,
    steps: int | None = None,
    seed: int | None = None,
) -> Experiment:
    """Return the experiment with what the command line says otherwise.

    Raises
    ------
    InputError
        If a setting is malformed, given twice, or makes no valid experiment.
    """
    changes = parse_settings(settings)
    if epochs is not None and steps is not None:
        raise InputError("Give --epochs or --steps, not both.")
    if epochs is not None:
        changes |= {"training.epochs": epochs, "training.steps": None}
    if steps is not None:
        changes |= {"training.epochs": None, "training.steps": steps}
    if seed is not None:
        changes["training.seed"] = seed
    return experiment.replace(changes) if changes else experiment


def import_rules(paths: Sequence[str] | None) -> None:
    """Import the optimizers that ``--rule MODULE:NAME`` names, from this folder too.

    Raises
    ------
    InputError
        If there is no such module or name, or it is no optimizer.
    """
    if paths and os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    for path in paths or ():
        from optlab.optimizers import import_rule

        import_rule(path)


#: The option of the verbs that change an experiment.
SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="TABLE.KEY=VALUE",
        help="Change a setting, such as optimizer.learning_rate=0.1; repeatable.",
    ),
]
#: The option of the verbs that make many runs.
EngineOption = Annotated[
    str,
    typer.Option(
        metavar="auto|lockstep|single",
        help="Whether small dense models are trained many at a time.",
    ),
]
#: The options of the verbs that can make them in other processes; see `workers_of`.
JobsOption = Annotated[
    int | None,
    typer.Option(min=1, help="Worker processes.  [default: cores, where it pays]"),
]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        metavar="tcp://HOST:PORT|local:N",
        help="Make the runs on the workers of a Dask scheduler.",
    ),
]
#: The option of the verbs that take optimizers of the user's own.
RuleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        metavar="MODULE:NAME",
        help="Import an optimizer of your own, called so in the file; repeatable.",
    ),
]


def split(word: str, option: str, dotted: bool = True) -> tuple[str, str]:
    """Split ``path=text``, and check the path.

    Raises
    ------
    InputError
        If there is no ``=``, or the path is none.
    """
    path, equals, text = word.partition("=")
    path = path.strip()
    if not equals or not _PATH.fullmatch(path) or ("." in path) < dotted:
        example = "optimizer.learning_rate=0.1" if dotted else "beta_1=0.8"
        form = "table.key=value" if dotted else "key=value"
        raise InputError(
            f"{option} needs {form}, such as {example}. Received: {word!r}"
        )
    return path, text.strip()
