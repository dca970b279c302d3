"""How many tasks go to a worker at a time: some seconds of work, as measured."""

from __future__ import annotations

import statistics
from collections import deque

#: Seconds of work of a chunk: hundreds of times what it costs to send one, and no more
#: than one may lose with a worker.
SECONDS = 3.0
#: A chunk has at most so many times the tasks of the one before, because the first
#: ones hold what is done once, such as compiling.
_GROWTH = 8
#: Chunks whose times count.
_WINDOW = 5
#: Near the end chunks shrink to this share of `SECONDS`, so that workers end together.
_SMALLEST = 0.1


class Sizes:
    """Chooses the sizes of chunks, from how long the last ones took.

    Parameters
    ----------
    least, most : int
        Bounds of a size.
    seconds : float
        Of work, that a chunk shall take.

    Examples
    --------
    >>> sizes = Sizes(seconds=3.0)
    >>> sizes.next(left=1000, workers=2)
    1
    >>> sizes.note(1, 0.1)
    >>> sizes.next(left=1000, workers=2)
    8
    >>> sizes.note(8, 0.8)
    >>> sizes.next(left=1000, workers=2), sizes.next(left=40, workers=2)
    (30, 10)
    """

    def __init__(
        self, least: int = 1, most: int = 4096, seconds: float = SECONDS
    ) -> None:
        self._least, self._most, self._seconds = least, most, seconds
        self._last = 0
        self._each: deque[float] = deque(maxlen=_WINDOW)

    def note(self, count: int, seconds: float) -> None:
        """Learn how long a chunk of so many tasks took."""
        self._last = max(self._last, count)
        self._each.append(seconds / count)

    def next(self, left: int, workers: int) -> int:
        """Return the size of the next chunk, at least 1 and at most what is left."""
        size = self._least
        if self._each:
            each = max(statistics.median(self._each), 1e-9)
            share = max(left / (2 * workers), _SMALLEST * self._seconds / each)
            size = round(min(self._seconds / each, _GROWTH * self._last, share))
        return max(1, min(max(size, self._least), self._most, left))
