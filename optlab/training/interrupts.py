"""Ctrl-C between two steps, not in the middle of one."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class InterruptGuard:
    """Collects Ctrl-C while it is active; a second one is raised at once.

    Nothing is done where Ctrl-C would not arrive (another thread than the main one) or
    somebody else handles it already.

    Attributes
    ----------
    flag : list
        Empty until Ctrl-C came; asking whether it is costs nanoseconds.
    """

    def __init__(self) -> None:
        self.flag: list[int] = []
        self._active = False

    def __enter__(self) -> InterruptGuard:
        """Take over Ctrl-C."""
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._note)
            self._active = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give Ctrl-C back."""
        if self._active:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._active = False

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.flag:
            raise KeyboardInterrupt
        self.flag.append(number)
