"""The last result of each case, kept in a folder, and whether it is still good."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optlab.cases.case import Case
from optlab.cases.case_result import CaseResult
from optlab.errors import InputError
from optlab.files import write_text

#: Where results are kept unless told otherwise.
FOLDER = Path("out") / "cases"

#: Folders of the package on which no figure depends.
_NOT_COUNTED = {"cli", "diagnosis", "explain", "validation", "__pycache__"}


def versions() -> dict[str, str]:
    """Return the versions of what the figures come from."""
    from optlab import __version__

    packages = ("numpy", "numba", "scikit-learn")
    return {
        "optlab": __version__,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


@functools.cache
def digest() -> str:
    """Return a digest of the code and the versions that decide the figures."""
    root = Path(__file__).resolve().parents[1]
    found = hashlib.sha256(json.dumps(versions()).encode())
    for folder in (root, root / "kernels"):
        for path in sorted(folder.rglob("*.py")):
            if not _NOT_COUNTED & set(path.relative_to(folder).parts):
                found.update(path.read_bytes())
    return found.hexdigest()[:16]


class Store:
    """Results in a folder: one JSON file and some pictures for each case.

    Parameters
    ----------
    folder : Path
        Made when the first result is kept.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder

    def keep(self, outcome: CaseResult, pictures: Sequence[Any] | None = None) -> None:
        """Write a result, whole or not at all; pictures too where they are given.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        from optlab.plots.files import save

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if pictures is not None:
                for old in self.pictures(outcome.id):
                    old.unlink()
                for number, picture in enumerate(pictures):
                    save(picture, self.folder / f"{outcome.id}.{number}.svg")
            document = {"digest": digest(), "outcome": outcome.to_dict()}
            write_text(self._path(outcome.id), json.dumps(document, indent=1))
        except OSError as error:
            raise InputError(
                f"The results cannot be kept in {self.folder}: {error.strerror}."
            ) from None

    def last(self, id: str) -> tuple[CaseResult, bool] | None:
        """Return the last result of a case and whether it is still good, or None.

        It is good where code and versions are the same as now. A file that cannot be
        read counts as none.
        """
        try:
            document = json.loads(self._path(id).read_text(encoding="utf-8"))
            outcome = CaseResult.from_dict(document["outcome"])
            return outcome, document["digest"] == digest()
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def pictures(self, id: str) -> list[Path]:
        """Return the files of a case's pictures, in order."""
        return sorted(self.folder.glob(f"{id}.*.svg"))

    def good(self, case: Case) -> CaseResult | None:
        """Return the last result where it is good and complete with pictures."""
        found = self.last(case.id)
        if found is None or not found[1]:
            return None
        if len(self.pictures(case.id)) != len(case.panels):
            return None
        return found[0]

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}.json"
