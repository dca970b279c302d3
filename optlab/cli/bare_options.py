"""Options whose value may be left out, which typer has no word for."""

from __future__ import annotations

from collections.abc import Sequence

#: Option -> what it stands for where nothing follows it, or another option does.
BARE = {"--instruments": "all"}


def filled(words: Sequence[str]) -> list[str]:
    """Return the words of a command with the values that were left out.

    Examples
    --------
    >>> filled(["run", "digits", "--instruments", "--every", "5"])
    ['run', 'digits', '--instruments', 'all', '--every', '5']
    """
    found: list[str] = []
    for place, word in enumerate(words, 1):
        found.append(word)
        if word in BARE and (place == len(words) or words[place].startswith("-")):
            found.append(BARE[word])
    return found
