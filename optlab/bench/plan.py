"""What the user wants timed: sizes, peers, how thoroughly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from optlab.bench.case import Subject
from optlab.bench.peers import Peer

#: Parameters of one tensor: thorough, and quick.
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000, 100_000_000)
QUICK_SIZES = (100, 10_000, 1_000_000)


@dataclass(frozen=True)
class Plan:
    """The user's wishes.

    Attributes
    ----------
    peers : tuple of Peer
        Those installed of those asked for.
    sizes : tuple of int or None
        Parameters of one tensor; None leaves the choice to the suite.
    quick : bool
        Fewer cases, less time each.
    optimizers : tuple of str or None
        None leaves the choice to the suite.
    """

    peers: tuple[Peer, ...] = ()
    sizes: tuple[int, ...] | None = None
    quick: bool = False
    optimizers: tuple[str, ...] | None = None

    def rivals(
        self, kind: str, *arguments: Any
    ) -> dict[str, Callable[[], Subject | None]]:
        """Return makers of every peer's subject of one kind of work."""

        def maker(peer: Peer) -> Callable[[], Subject | None]:
            return lambda: peer.subject(kind, *arguments)

        return {peer.name: maker(peer) for peer in self.peers}
