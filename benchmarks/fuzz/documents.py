"""Files that are cut, flipped, swapped and filled with odd things."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import optlab
from benchmarks.fuzz.judge import Verdict, WrongAcceptance, judge
from benchmarks.fuzz.values import Rng, array, scalar

_CSV = "a,b,label\n" + "".join(f"{i},{i * 0.5},{i % 3}\n" for i in range(20))
_WORDS = (
    b"", b"\x00", b"[", b"]", b'"', b"=", b"nan", b"1e999", b"-1", b"\xff\xfe", b"\n",
    b",", b"~nouser", b"evil:x", b"10000000000000", b"[" * 3000, b"{a=" * 500, b"#",
)  # fmt: skip


@functools.cache
def sound(kind: str) -> bytes:
    """Return the content of a sound file of a kind: its suffix."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{kind}"
        if kind == "toml":
            optlab.experiments.find("iris").to_toml(path)
        elif kind == "csv":
            path.write_text(_CSV)
        elif kind == "npz":
            np.savez(path, x=np.eye(6), y=np.arange(6) % 2)
        else:
            path = path.with_suffix(".npz")
            optlab.minimize("booth", "adam", steps=3).save(path)
        return path.read_bytes()


def _read(kind: str, path: Path) -> Any:
    if kind == "toml":
        experiment = optlab.Experiment.from_toml(path)
        return experiment.build() if experiment.data is None else experiment
    if kind == "csv":
        return optlab.data.load(str(path), target="label")
    return optlab.data.load(str(path)) if kind == "npz" else optlab.Run.load(path)


def _mutated(rng: Rng, content: bytes) -> bytes:
    for _ in range(rng.integers(1, 4)):
        at, end = sorted(rng.integers(0, len(content) + 1, 2))
        kind = rng.integers(5)
        if kind == 0:
            content = content[:at]
        elif kind == 1:
            content = content[:at] + content[end:]
        elif kind == 2:
            word = _WORDS[rng.integers(len(_WORDS))]
            content = content[:at] + word + content[at:]
        elif kind == 3 and at < len(content):
            flipped = content[at] ^ int(1 << rng.integers(8))
            content = content[:at] + bytes([flipped]) + content[at + 1 :]
        else:
            content = content[:at] + content[at:end] * 2 + content[end:]
    return content


def _setting(rng: Rng) -> bytes:
    """Return an experiment with one value replaced."""
    lines = sound("toml").decode().splitlines()
    keys = [k for k, line in enumerate(lines) if "=" in line]
    at = keys[rng.integers(len(keys))]
    value = scalar(rng)
    text = repr(value) if not isinstance(value, bool) else str(value).lower()
    lines[at] = f"{lines[at].partition('=')[0]}= {text}"
    return "\n".join(lines).encode("utf-8", "replace")


def _members(rng: Rng, path: Path) -> None:
    arrays = {"x": array(rng, (6, 6)), "y": array(rng, (6,))}
    if rng.random() < 0.4:
        arrays |= {"x_val": array(rng, (6, 6)), "y_val": array(rng, (6,))}
    if rng.random() < 0.2:
        del arrays["y"]
    np.savez(path, **arrays)  # type: ignore[arg-type]


def case(rng: Rng) -> Verdict:
    """Return the verdict on one case of this part."""
    kind = str(rng.choice(["toml", "csv", "npz", "record"]))
    with tempfile.TemporaryDirectory() as folder:
        suffix = "npz" if kind == "record" else kind
        path = Path(folder) / f"a.{suffix}"
        if kind == "npz" and rng.random() < 0.5:
            _members(rng, path)
        elif kind == "toml" and rng.random() < 0.5:
            path.write_bytes(_setting(rng))
        else:
            path.write_bytes(_mutated(rng, sound(kind)))
        call: Callable[[], Any] = functools.partial(_call, kind, path)
        return judge(f"a {kind} file", call)


def _call(kind: str, path: Path) -> None:
    before = path.read_bytes()
    try:
        _read(kind, path)
    finally:
        if [*path.parent.iterdir()] != [path] or path.read_bytes() != before:
            raise WrongAcceptance("reading changed the folder")
