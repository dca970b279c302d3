"""``python -m optlab`` is the command ``optlab``."""

import sys

from optlab import interrupts


def main() -> int:
    """Run the command line; Ctrl-C while it is being loaded ends it without a word."""
    interrupts.quit_quietly()
    from optlab.cli.app import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
