"""Open the study page in a real browser and check what its reader relies on.

``python -m benchmarks.study`` (or ``make study-check``) needs Chromium, the Python
package playwright, and torch; with axe-playwright-python it checks the page's
accessibility too. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.study import against_torch
from benchmarks.study.browser import Check, check_page, picture


def main() -> int:
    """Run all checks; return how many failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--settings", type=int, default=200, help="of each optimizer")
    parser.add_argument("--steps", type=int, default=40, help="of each setting")
    parser.add_argument("--shots", type=Path, help="a folder for screenshots")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--picture", type=Path, help="write the README's picture only")
    given = parser.parse_args()
    if given.chromium is None:
        sys.exit("error: no Chromium found; give its path with --chromium")
    if given.picture is not None:
        picture(given.picture, given.chromium)
        return 0
    check = Check()
    check.that("torch's formulas give torch's numbers", against_torch.differences())
    with tempfile.TemporaryDirectory() as folder:
        check_page(check, Path(folder), given)
    sys.stdout.write(f"{check.passed} checks passed, {check.failed} failed\n")
    return min(check.failed, 1)


if __name__ == "__main__":
    sys.exit(main())
