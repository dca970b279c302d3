"""Diagnose a Keras model or a captured program: read it, choose the engine, search."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optlab.diagnosis.causes import CAUSES
from optlab.diagnosis.causes.program import meaningless_metric
from optlab.diagnosis.engine import Engine, OptlabEngine
from optlab.diagnosis.report import metric_note
from optlab.diagnosis.result import CauseFound, Diagnosis
from optlab.diagnosis.searching import BUDGETS, searched
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.validation.programs.covering import covered
from optlab.validation.programs.cured import cured_program
from optlab.validation.programs.engine import KerasEngine
from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.lines import line_changes
from optlab.validation.programs.program import Program
from optlab.validation.programs.reading import read_program
from optlab.validation.programs.script import Raised

#: Arguments of `fit` that decide what is trained, or may be there without doing so.
FIT = (
    *("epochs", "batch_size", "validation_data", "validation_split", "shuffle"),
    *("class_weight", "sample_weight", "steps_per_epoch", "verbose", "callbacks"),
    *("initial_epoch", "validation_steps", "validation_batch_size", "validation_freq"),
)


def diagnose_model(
    model: Any,
    x: Any,
    y: Any,
    fit_arguments: dict[str, Any],
    budget: float | None,
    jobs: int,
    engine: str,
    progress: Callable[[int], Any] | None,
) -> Diagnosis:
    """Diagnose a compiled model; `optlab.diagnose` says what the arguments are."""
    unknown = [name for name in fit_arguments if name not in FIT]
    if unknown:
        raise InputError(f"fit takes no argument `{unknown[0]}`.")
    given = {k: v for k, v in fit_arguments.items() if v is not None}
    arguments = {"epochs": 20, **given, "x": x}
    if y is not None:
        arguments["y"] = y
    if x is None:
        raise InputError("A Keras model needs `x` and `y`, the rows to train on.")
    return diagnose_call(
        Captured(model, "fit", arguments), budget, jobs, engine, progress
    )


def diagnose_call(
    captured: Captured,
    budget: float | None,
    jobs: int = 2,
    engine: str = "auto",
    progress: Callable[[int], Any] | None = None,
    script: str = "",
) -> Diagnosis:
    """Diagnose a training call; the model is as before when this returns."""
    began = time.time()
    program, notes = read_program(captured)
    subject: Experiment | Program = program
    trainer: Engine = KerasEngine(budget or BUDGETS["keras"])
    if engine != "keras":
        try:
            subject = covered(program)
            trainer = OptlabEngine(budget or BUDGETS["optlab"])
        except InputError as error:
            if engine == "optlab":
                raise InputError(f"optlab's layers do not cover it: {error}") from error
            notes.append(f"tf.keras trained, not optlab: {_first_line(error)}")
    seconds = budget or BUDGETS[trainer.name]
    try:
        answer = searched(subject, trainer, seconds, jobs, progress, notes, began)
    finally:
        if program.template.kind == "opaque":
            _restore(program)
    if trainer.name == "optlab":  # which was not told of the metrics
        why = meaningless_metric(KerasEngine(seconds).facts(program))
        if why is not None:
            answer.notes.append(metric_note(why))
    answer.program = CapturedProgram(program, captured, script)
    if answer.cured is not None:
        cured = cured_program(program, answer.experiment, answer.cured)
        answer.program.cured = cured
        answer.lines = line_changes(captured, script, program, cured)
    return answer


def _restore(program: Program) -> None:
    """Take back what runs of a model of a class of one's own have changed in it."""
    template = program.template
    template.model.set_weights(template.weights)
    template.model.compile(**{**template.compiled, "optimizer": template.optimizer})


@dataclass
class CapturedProgram:
    """What an answer needs to speak of the user's own program.

    Attributes
    ----------
    program : Program
        As captured.
    captured : Captured
        The call.
    script : str
        Path of the script; empty where there is none.
    cured : Program or None
        The cure.
    """

    program: Program
    captured: Captured
    script: str
    cured: Program | None = None


def raised(error: Raised) -> Diagnosis:
    """Return the answer about a script that raises before it trains anything."""
    evidence = {
        "line": error.line,
        "code": error.text,
        "error": f"{error.kind}: {' '.join(error.message.split())}",
        "meaning": meaning(error.kind, error.message),
    }
    cause = CauseFound("program.raises", "suspected", evidence)
    notes = [f"{Path(error.script).name} was stopped by this error; nothing was run."]
    answer = Diagnosis(
        None,  # type: ignore[arg-type]
        "faulty",
        None,
        None,
        None,
        [cause],
        [],
        tuple(CAUSES),
        notes=notes,
    )
    answer.engine = "none"
    return answer


#: What messages of Keras mean: a piece of the message, and the meaning.
_MEANINGS = (
    ("expected axis", "The rows have another width than the layer was built for."),
    (
        "incompatible with the layer",
        "The rows have another shape than the layer takes.",
    ),
    ("unexpected keyword", "Keras has no argument of this name (any more)."),
    ("Unrecognized keyword", "Keras has no argument of this name (any more)."),
    ("has no attribute", "Keras has nothing of this name (any more)."),
    ("cannot import name", "Keras has nothing of this name (any more)."),
    ("No module named", "Keras has no module of this name (any more)."),
    ("negative dimension", "A window is larger than what it slides over."),
    ("non-negative", "A window is larger than what it slides over."),
    ("could not convert string", "A column holds text where numbers are needed."),
    ("must be compiled", "compile() has to be called before."),
    ("Could not interpret", "Keras has nothing of this name."),
    ("broadcast", "Arrays of unlike shapes meet."),
)
#: What Python's own errors mean, by their classes.
_OF_PYTHON = {
    "SyntaxError": "Python cannot read this line.",
    "IndentationError": "Python cannot read this line: its indentation is wrong.",
    "NameError": "Nothing defines this name before it is used.",
    "KeyError": "There is no such key, or no such column.",
    "IndexError": "An index lies outside of what it points into.",
    "ZeroDivisionError": "Something is divided by 0.",
    "MemoryError": "The memory does not suffice.",
}


def meaning(kind: str, message: str) -> str | None:
    """Say in a sentence what an error means; None where its message says it all."""
    for piece, sentence in _MEANINGS:
        if piece.lower() in message.lower():
            return sentence
    return _OF_PYTHON.get(kind)


def diagnose_twin(
    experiment: Experiment,
    budget: float | None,
    progress: Callable[[int], Any] | None,
) -> Diagnosis:
    """Diagnose an experiment by running its tf.keras twin."""
    from optlab.validation.twins import to_keras

    twin = to_keras(experiment.build(strict=False))
    arguments = {**twin.fit_arguments, "x": twin.x, "y": twin.y}
    return diagnose_call(
        Captured(twin.model, "fit", arguments), budget, 1, "keras", progress
    )


def _first_line(error: InputError) -> str:
    return str(error).strip().splitlines()[0]
