"""Every threshold of a verdict, with the cases that it was set on: one table.

The weights of suspicions stand with the tests of `optlab.diagnosis.causes`. No case
that is published as held out has set a number here or there.
"""

from __future__ import annotations

from dataclasses import dataclass

#: What a number was set on.
SETUPS = "the 74 set-ups of benchmarks/diagnosis"
PROGRAMS = "19 of the programs of the study; 15 others are held out"
REASON = "reason alone"


@dataclass(frozen=True)
class Threshold:
    """One row of the table.

    Attributes
    ----------
    name : str
        Of the constant.
    value : float
        The number.
    meaning : str
        What is decided by it.
    cases : str
        What it was set on.
    """

    name: str
    value: float
    meaning: str
    cases: str


TABLE: list[Threshold] = []


def _set(name: str, value: float, meaning: str, cases: str) -> float:
    TABLE.append(Threshold(name, value, meaning, cases))
    return value


# Health.
HEALTHY_SHARE = _set(
    "HEALTHY_SHARE",
    0.82,
    "of what a reference reaches: from here an original is healthy",
    SETUPS,
)
HEALTHY_GAP = _set(
    "HEALTHY_GAP", 0.08, "or where the reference is no more than this ahead", SETUPS
)
UNSTABLE_SHARE = _set(
    "UNSTABLE_SHARE",
    0.4,
    "of what a reference reaches: below it a seed fails; two of five are a fault",
    SETUPS,
)
READABLE = _set(
    "READABLE",
    0.95,
    "the weight from which a fault can be read off: it must do no harm on any of five "
    "seeds to be passed over",
    SETUPS,
)

# Search.
SURE = _set(
    "SURE", 0.7, "the weight from which a cured suspicion ends the search", SETUPS
)
STRONG = _set(
    "STRONG", 0.45, "the weight from which suspicions are removed together", SETUPS
)
CURED_SHARE = _set(
    "CURED_SHARE",
    0.7,
    "of what is possible, counted from the original on: a change cures",
    SETUPS,
)
POLISHED_SHARE = _set(
    "POLISHED_SHARE", 0.88, "of what is possible: below it one change more", SETUPS
)
EQUAL = _set(
    "EQUAL",
    0.1,
    "causes this near in rank are about equal, and scores as a share of what is "
    "possible: that without a weak seed is named",
    PROGRAMS,
)
AHEAD = _set(
    "AHEAD",
    0.12,
    "so far a random forest must be ahead of a reference for a leaner one",
    PROGRAMS,
)
FOREST_SHARE = _set(
    "FOREST_SHARE",
    0.8,
    "or a reference below this share of what the forest reaches: it learns no more "
    "than a program that fails",
    REASON,
)
WORTH = _set(
    "WORTH",
    0.3,
    "of the way to a cure, on the first seed: the other seeds are run as well",
    SETUPS,
)
BEST = _set("BEST", 0.97, "a reference's score from which no other is built", SETUPS)
LESS_GENERAL = _set(
    "LESS_GENERAL",
    0.25,
    "taken off the weight of a cause whose cure helps against nearly anything",
    SETUPS,
)
SCORE_RANK = _set(
    "SCORE_RANK", 0.05, "what a score counts in the rank of a cure, by weight", SETUPS
)
USEFUL = _set(
    "USEFUL", 0.1, "a score from which a weak suspicion is removed with others", SETUPS
)
STEADIER = _set(
    "STEADIER", 0.1, "so many more seeds a swapped cure must hold, as a share", SETUPS
)
LOST = _set("LOST", 0.05, "and so much of its score it may lose", SETUPS)
POLISH = _set("POLISH", 0.08, "what one change more must gain", SETUPS)
PROGRESS = _set("PROGRESS", 0.02, "what each change added one by one must gain", SETUPS)

# Report.
REPORTED = _set(
    "REPORTED", 0.5, "the weight below which a suspicion is a guard only", SETUPS
)
HELPED_SHARE = _set(
    "HELPED_SHARE", 0.5, "of what is possible: less is no cure by any set", SETUPS
)
HELPS_SHARE = _set(
    "HELPS_SHARE", 0.25, "of what is possible: a change that helps is told", SETUPS
)
PLAIN = _set(
    "PLAIN",
    0.9,
    "the weight from which rows are repaired for a reference, and from which a "
    "suspicion is told although its removal did not cure",
    SETUPS,
)
GAIN = _set("GAIN", 0.01, "what a median must gain where a change is proved", SETUPS)
WORST_GAIN = _set("WORST_GAIN", 0.05, "or else the worst seed", SETUPS)
BY_HEART = _set(
    "BY_HEART", 0.6, "a score on the rows trained on: they are learned by heart", REASON
)
NOT_BEYOND = _set(
    "NOT_BEYOND", 0.3, "a score on other rows: nothing is known of them", REASON
)
TOLD = _set("TOLD", 0.5, "a forest's score: there is something to learn", PROGRAMS)

# Whether there is anything to learn.
SIGNIFICANT = _set(
    "SIGNIFICANT", 0.05, "the p-value from which no relation was found", REASON
)
NO_SCORE = _set("NO_SCORE", 0.15, "a score below this is none", SETUPS)
DEVIATIONS = _set(
    "DEVIATIONS",
    2.0,
    "nor is one within so many standard deviations of guessing",
    REASON,
)

# Few rows.
FEW_ROWS = int(
    _set("FEW_ROWS", 50, "fewer rows are judged on themselves, over seeds", REASON)
)
FEW_TO_SCORE = int(
    _set("FEW_TO_SCORE", 10, "so are rows that leave fewer to score on", REASON)
)
