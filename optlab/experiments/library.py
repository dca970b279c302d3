"""The experiments that come with the package, by name."""

from __future__ import annotations

from pathlib import Path

from optlab.errors import InputError, nearest
from optlab.files import expanded

_FOLDER = Path(__file__).resolve().parent
SHIPPED = _FOLDER / "shipped"


def shipped() -> list[str]:
    """Return the names of the shipped experiments, sorted."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def describe(name: str) -> str:
    """Return the first line of a shipped experiment's header, its comment sign off."""
    text = locate(name).read_text(encoding="utf-8")
    return text.partition("\n")[0].lstrip("# ").rstrip()


def locate(name_or_path: str | Path) -> Path:
    """Return the file of an experiment.

    Parameters
    ----------
    name_or_path : str or Path
        A shipped name, hyphens and underscores alike, or the path of a .toml file. A
        file of that path comes first.

    Raises
    ------
    InputError
        If there is neither; the message names the nearest shipped experiment.
    """
    path = expanded(name_or_path)
    if path.is_file():
        return path
    inside = SHIPPED / f"{str(name_or_path).replace('_', '-').lower()}.toml"
    if inside.parent == SHIPPED and inside.is_file():
        return inside
    if path.is_dir():
        raise InputError(f"{path} is a folder; expected an experiment file.")
    if path.suffix == ".toml" or len(path.parts) > 1:
        beside: list[str] = []
        if path.parent.is_dir():
            beside = [found.name for found in path.parent.glob("*.toml")]
        guess = nearest(path.name, beside)
        hint = f" Did you mean {str(path.parent / guess)!r}?" if guess else ""
        raise InputError(f"There is no experiment file {path}.{hint}")
    guess = nearest(str(name_or_path), shipped())
    hint = f" Did you mean {guess!r}?" if guess else ""
    raise InputError(
        f"There is no experiment {str(name_or_path)!r}.{hint} "
        f"Shipped: {', '.join(shipped())}; or give the path of a .toml file."
    )
