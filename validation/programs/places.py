"""Where calls stand in a script."""

from __future__ import annotations

from dataclasses import dataclass
from types import FrameType


@dataclass(frozen=True)
class Place:
    """Where a call stands in the script; lines from 1, columns in bytes from 0."""

    line: int
    end_line: int
    column: int
    end_column: int


def place_in(frame: FrameType) -> Place | None:
    """Return the source positions of the instruction that a frame is at."""
    positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    if any(value is None for value in positions):
        return None
    return Place(*positions)  # type: ignore[arg-type]
