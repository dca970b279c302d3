"""A diagnosis in words: the verdict, the paragraph a student understands, the proof."""

from __future__ import annotations

import statistics
import textwrap
from typing import Any, TypeAlias

from optlab.diagnosis.repairs import is_stored
from optlab.diagnosis.scoring import FLOOR

#: The classes of `optlab.diagnosis.result`, which prints itself with this module.
CauseFound: TypeAlias = Any
Diagnosis: TypeAlias = Any
#: Groups of causes by the first part of their names, as they are written out.
GROUPS = {
    "data": "data",
    "model": "model",
    "init": "initialization",
    "loss": "loss",
    "opt": "optimizer",
    "reg": "regularization",
    "program": "program",
    "fit": "training",
    "metric": "metrics",
    "trainable": "frozen layers",
}
#: Medians nearer to each other than this are written alike: the worst seed is shown.
SAME = 0.005
#: Keys of the evidence that the proof is made of, and are written out elsewhere.
_OF_THE_PROOF = ("before", "after", "seeds", "effect", "with")


def verdict(answer: Diagnosis) -> str:
    """Return the answer in one sentence."""
    if answer.verdict == "healthy":
        return "Healthy: this set-up learns what a well-built one learns."
    if answer.verdict == "nothing_to_learn":
        same = _same_in_every_row(answer)
        if same:
            return f"Nothing to learn: the {same} are the same in every row."
        return (
            "Nothing to learn: no reference predicts these targets from these inputs."
        )
    if answer.verdict == "does_not_generalise":
        return (
            "It does not generalise: it learns its own rows, and neither it nor a "
            "reference predicts others."
        )
    stopped = _stopped_at(answer)
    if stopped:
        kind = str(stopped["error"]).partition(":")[0]
        return f"Faulty: line {stopped['line']} raises {kind}."
    proved = [found for found in answer.causes if found.status == "proved"]
    if proved:
        first = proved[0].entry.definition.rstrip(".")
        return f"Faulty, and proved: {proved[0].cause}. {first}."
    if answer.verdict == "faulty" and answer.causes:
        first = answer.causes[0].entry.definition.rstrip(".")
        return f"Faulty; the evidence points to {answer.causes[0].cause}. {first}."
    if answer.verdict == "faulty" and answer.cured is not None:
        return "Faulty, in no one thing that was tried: rebuilt by the book, it learns."
    if answer.verdict == "faulty":
        return "Faulty, and no cause found: no single change that was tried helped."
    if answer.causes:
        first = answer.causes[0].entry.definition.rstrip(".")
        return f"Undecided; suspected is {answer.causes[0].cause}. {first}."
    return "Undecided: what was tried does not tell."


def score_text(value: float | None) -> str:
    """Write a score; "diverged" where there is none."""
    if value is None:
        return "none"
    return f"below {FLOOR:g}" if value <= FLOOR else f"{value:.2f}"


def proof(found: CauseFound) -> str:
    """Return the numbers of a cause's trial: medians before and after, and the seeds.

    Empty where nothing was run for it.
    """
    before, after = found.evidence.get("before"), found.evidence.get("after")
    if not before or not after:
        return ""
    seeds = len(after)
    runs = f"over {seeds} seed{'s' * (seeds > 1)}"
    if abs(statistics.median(before) - statistics.median(after)) < SAME:
        worst = f"{score_text(min(before))} → {score_text(min(after))}"
        return f"{worst} {runs}, the worst of them"
    return f"{_middle(before)} → {_middle(after)} {runs}"


def effect(found: CauseFound) -> str:
    """Return the effect size: how much the median score moved, with its sign."""
    if "effect" not in found.evidence:
        return ""
    before = found.evidence["before"]
    if statistics.median(before) <= FLOOR:
        return "cured" if found.status == "proved" else "-"
    return f"{found.evidence['effect']:+.2f}"


def observations(found: CauseFound) -> str:
    """Return what was measured before any trial, as "name value" pairs."""
    parts = []
    for key, value in found.evidence.items():
        if key in _OF_THE_PROOF or value is None:
            continue
        parts.append(f"{key.replace('_', ' ')} {_value(value)}")
    return ", ".join(parts)


def fix_lines(found: CauseFound) -> list[str]:
    """Return the change of the experiment as "path = value" lines."""
    lines = []
    for path, value in _grouped(found.fix):
        if path == "data.source" and is_stored(str(value)):
            lines.append("data.source = repaired rows")
        elif path == "model.layers" and isinstance(value, list):
            units = " - ".join(str(entry.get("units", "·")) for entry in value)
            kinds = {str(entry.get("activation", "linear")) for entry in value[:-1]}
            lines.append(f"model.layers = {units} units, {', '.join(sorted(kinds))}")
        else:
            lines.append(f"{path} {'removed' if value is None else f'= {value}'}")
    return lines


def story(answer: Diagnosis) -> str:
    """Return the paragraph that a student understands."""
    if answer.verdict == "healthy":
        return _healthy_story(answer)
    if not answer.before:
        return _unrun_story(answer)
    if answer.verdict in ("nothing_to_learn", "does_not_generalise"):
        own = score_text(answer.training_score)
        same = _same_in_every_row(answer)
        if same == "targets":
            return "A constant predicts these targets: they are the same in every row."
        return (
            f"{_before_story(answer)} On the rows that it was trained on it scores "
            f"{own}. What no reference can do, no change of model, loss or optimizer "
            "will: other inputs, or more rows, are needed."
        )
    if answer.verdict == "undecided":
        return (
            f"{_before_story(answer)} Neither that nor anything that was tried tells a "
            "fault from rows that say too little. A larger budget, or more rows, would."
        )
    parts = [_before_story(answer)]
    cure = [found for found in answer.causes if found.status == "proved"]
    together = [c for c in cure if c is cure[0] or c.cause in _with(cure[0])]
    others = [c for c in cure if c not in together]
    for found in together:
        entry = found.entry
        what = _lower(entry.definition).rstrip(".")
        parts.append(
            f"{'A cause' if len(together) > 1 else 'The cause'}: {what} "
            f"({found.cause}). What one sees then: {_lower(entry.symptom)}"
        )
    if together:
        parts.append(_cure_story(answer, together))
    if others:
        names = ", ".join(found.cause for found in others)
        parts.append(f"Other single changes reach that, too: {names}.")
    if answer.cured is not None and not cure:
        parts.append(
            "No change of one thing cured it. The whole set-up, rebuilt by the book on "
            f"the same rows, scores {score_text(answer.score_after)}; see below."
        )
    suspected = [found for found in answer.causes if found.status == "suspected"]
    if suspected and not cure:
        first = suspected[0]
        parts.append(
            f"The evidence points to {first.cause}: {_lower(first.entry.definition)} "
            "No single change that was tried cured it, so this is not proved."
        )
    elif not answer.causes and answer.cured is None:
        parts.append("No change that was tried made it better, alone or together.")
    return " ".join(parts)


#: Lines of a printed answer, at the most.
MOST_LINES = 20


def report(answer: Diagnosis) -> str:
    """Return the answer in twenty lines: verdict, paragraph, causes, what to change."""
    changes = [str(change) for change in answer.lines] or [
        line for found in answer.causes[:1] for line in fix_lines(found)
    ]
    changes = [textwrap.shorten(line, 140) for line in changes]
    causes = []
    for found in answer.causes[:4]:
        shown = proof(found)
        numbers = f"  score {shown}" if shown else f"  {observations(found)}"
        line = f"{found.status:10} {found.cause}{numbers}"
        causes.append(textwrap.shorten(line, 110))
    notes = [f"Note: {textwrap.shorten(note, 110)}" for note in answer.notes[:3]]
    paragraph = textwrap.wrap(story(answer), 100)
    fixed = 2 + len(causes) + len(notes) + (1 if changes else 0)
    room = MOST_LINES - fixed
    shown_changes = changes[: max(3, room - 7)]
    paragraph = paragraph[: room - len(shown_changes)]
    lines = [verdict(answer), "", *paragraph, *causes]
    if changes:
        left = len(changes) - len(shown_changes)
        more = f" ({left} more: see `lines`)" if left else ""
        lines += [f"Change{more}:", *(f"    {line}" for line in shown_changes)]
    return "\n".join([*lines, *notes][:MOST_LINES])


def checked_lines(answer: Diagnosis) -> list[str]:
    """Return what was checked, one line for each part of a set-up."""
    lines = []
    for prefix, name in GROUPS.items():
        of_part = [c for c in answer.checked if c.startswith(f"{prefix}.")]
        if of_part:
            short = ", ".join(c.partition(".")[2].replace("_", " ") for c in of_part)
            lines.append(f"{name}: {short}")
    return lines


def _healthy_story(answer: Diagnosis) -> str:
    seeds = len(answer.before)
    return (
        f"The set-up scores {score_text(answer.score_before)} on {_rows(answer)} "
        f"(median of {seeds} seed{'s' * (seeds != 1)}; 0 is a constant "
        f"guess, 1 is perfect), and a network built by the book on the same rows "
        f"scores {score_text(answer.possible)}. So these data give no more, and "
        "nothing needs to be repaired. To get further, look for better inputs or more "
        f"rows. {len(answer.checked)} causes were checked."
    )


def _unrun_story(answer: Diagnosis) -> str:
    if not answer.causes:
        return (
            "Data and set-up were examined, and nothing unusual was seen. Without a "
            "run nobody can say more."
        )
    stopped = _stopped_at(answer)
    if stopped:
        means = f"{stopped['meaning']} " if stopped.get("meaning") else ""
        return (
            f"Line {stopped['line']} stopped the program: {stopped['code']} raises "
            f"{stopped['error']}. {means}Mend that line first; what comes after it was "
            "not seen."
        )
    first = answer.causes[0].entry
    return (
        f"Nothing could be run, but data and set-up say this much: {first.definition} "
        f"What one sees then: {_lower(first.symptom)} The cure: {_lower(first.cure)}"
    )


def _stopped_at(answer: Diagnosis) -> dict[str, Any] | None:
    """Return what is known of the error that ended a script before it trained."""
    first = answer.causes[0] if answer.causes else None
    if first is None or first.cause != "program.raises" or "line" not in first.evidence:
        return None
    evidence: dict[str, Any] = first.evidence
    return evidence


def _same_in_every_row(answer: Diagnosis) -> str:
    """Return "targets" or "inputs" where these are constant; else an empty string."""
    found = [c for c in answer.causes if c.cause == "data.constant"]
    return str(found[0].evidence.get("constant", "")) if found else ""


def _before_story(answer: Diagnosis) -> str:
    seeds = len(answer.before)
    runs = f"{seeds} seed{'s' * (seeds != 1)}"
    if answer.score_before is None:
        begin = f"Over {runs} the set-up gives no usable answer: it diverges, cannot "
        begin += "start, or is worse than any constant guess"
    else:
        begin = f"The set-up scores {score_text(answer.score_before)} on "
        begin += f"{_rows(answer)} (median of {runs}; 0 is a constant guess, 1 is "
        begin += "perfect)"
    if answer.possible is not None and answer.possible > FLOOR:
        return f"{begin}, while these data allow {score_text(answer.possible)}."
    return f"{begin}."


def _rows(answer: Diagnosis) -> str:
    few = "the few rows it was trained on"
    return few if answer.few_rows else "rows it was not trained on"


def _cure_story(answer: Diagnosis, cure: list[CauseFound]) -> str:
    what = " ".join(found.entry.cure for found in cure)
    alone = (
        "Nothing else was changed" if len(cure) == 1 else "Only together do they cure"
    )
    return (
        f"The cure: {_lower(what)} {alone}, and on the same seeds the score became "
        f"{score_text(answer.score_after)}: that is the proof."
    )


def _with(found: CauseFound) -> list[str]:
    return list(found.evidence.get("with", ()))


def _lower(sentence: str) -> str:
    """Let a sentence go on after a colon; "He" and "NaN" keep their capitals."""
    first = sentence.partition(" ")[0]
    name = first in ("He", "Glorot", "Huber")
    if len(first) == 1 or (first[1:].islower() and not name):
        return sentence[:1].lower() + sentence[1:]
    return sentence


def _grouped(fix: dict[str, Any]) -> list[tuple[str, Any]]:
    """Put the same change of several layers into one: ``model.layers.0-7.units``."""
    layers: dict[str, list[int]] = {}
    rest, values = [], {}
    for path, value in fix.items():
        above, _, below = path.partition(".layers.")
        number, _, key = below.partition(".")
        if above == "model" and key:
            mark = f"{key} {value}"
            layers.setdefault(mark, []).append(int(number))
            values[mark] = (key, value)
        else:
            rest.append((path, value))
    grouped = []
    for mark, numbers in layers.items():
        key, value = values[mark]
        whole = numbers == list(range(numbers[0], numbers[-1] + 1)) and len(numbers) > 1
        if whole:
            grouped.append((f"model.layers.{numbers[0]}-{numbers[-1]}.{key}", value))
        else:
            grouped += [(f"model.layers.{number}.{key}", value) for number in numbers]
    return [*rest, *grouped]


def _middle(scores: list[float]) -> str:
    return score_text(statistics.median(scores))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
