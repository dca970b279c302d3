"""The process in which ``optlab diagnose SCRIPT`` runs the script.

``python -m optlab.cli.diagnose_script OPTIONS SCRIPT [ARGS]``, with options in JSON.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from optlab.cli.diagnose import diagnose_captured
from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.script import Raised, Runner


def main() -> NoReturn:
    """Run the script to its training call, then diagnose what it would train."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the parent says that it was Ctrl-C
    options: dict[str, Any] = json.loads(sys.argv[1])
    script, *arguments = sys.argv[2:]

    def then(found: Captured | Raised, speak: Callable[[], None]) -> int:
        return diagnose_captured(found, script, options["shown"], speak)

    Runner(script, options["fit"], options["timeout"], then).run(arguments)


if __name__ == "__main__":
    main()
