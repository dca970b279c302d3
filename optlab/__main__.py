"""``python -m optlab`` is the command ``optlab``."""

import os
import signal
import sys
from types import FrameType


def _quit(number: int, frame: FrameType | None) -> None:
    """End without a traceback; here nothing has begun yet."""
    os.write(2, b"interrupted\n")
    os._exit(128 + number)


# Before anything else is imported, which takes the longest part of a short command.
for _number in (signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(_number) in (signal.SIG_DFL, signal.default_int_handler):
        signal.signal(_number, _quit)


def main() -> int:
    """Run the command line."""
    from optlab import interrupts

    interrupts.quit_quietly(_quit)
    from optlab.cli.app import main as run

    status = run()
    if interrupts.received() is not None:
        interrupts.leave(status)
    return status


if __name__ == "__main__":
    sys.exit(main())
