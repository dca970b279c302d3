"""The peers: what optlab is measured against, and whether they are installed.

Each peer is a mode of a package. Its module is imported when a subject of it is made,
and has a function for each kind of work that it can do: ``step``, ``loss``, ``dense``,
``fit``, ``sweep``. They take the mode first and return a `Subject`, or None where the
package has no such thing.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from optlab.bench.case import Subject
from optlab.errors import unknown_name


@dataclass(frozen=True)
class Peer:
    """One mode of one package.

    Attributes
    ----------
    name : str
        As on the command line.
    package : str
        What must be importable.
    module : str
        The module in this folder that knows it.
    mode : str
        The mode, for that module.
    says : str
        What the mode is, for tables.
    needs : tuple of str
        What must be importable besides.
    """

    name: str
    package: str
    module: str
    mode: str
    says: str
    needs: tuple[str, ...] = ()

    @property
    def installed(self) -> bool:
        """Whether the packages could be imported, without importing them."""
        names = (self.package, *self.needs)
        return all(importlib.util.find_spec(name) is not None for name in names)

    def load(self) -> ModuleType:
        """Import the module that knows this peer.

        torch's compiler comes first: where it is loaded after TensorFlow it ends the
        process, since both bring an LLVM (torch 2.14 with triton 3.8).
        """
        if self.package == "tensorflow" and importlib.util.find_spec("triton"):
            importlib.import_module("torch._dynamo")
        return importlib.import_module(f"optlab.bench.peers.{self.module}")

    def subject(self, kind: str, *arguments: Any) -> Subject | None:
        """Make this peer's subject of one kind of work, or return None."""
        maker = getattr(self.load(), kind, None)
        if maker is None:
            return None
        found: Subject | None = maker(self.mode, *arguments)
        if found is not None:
            found.name = self.name
        return found


PEERS = {
    peer.name: peer
    for peer in (
        Peer("numpy", "numpy", "plain", "plain", "the same rule on NumPy arrays"),
        Peer("keras-eager", "tensorflow", "keras", "eager", "tf.keras, eager"),
        Peer("keras-function", "tensorflow", "keras", "function", "tf.function"),
        Peer("keras-xla", "tensorflow", "keras", "xla", "tf.function, XLA"),
        Peer("torch-single", "torch", "torch", "single", "torch, for-loop"),
        Peer("torch-foreach", "torch", "torch", "foreach", "torch, foreach"),
        Peer("torch-fused", "torch", "torch", "fused", "torch, fused"),
        Peer("optax", "optax", "optax", "jit", "optax, jit, donated buffers", ("jax",)),
        Peer("sklearn", "sklearn", "sklearn", "mlp", "scikit-learn's MLP"),
    )
}


def select(words: Iterable[str] | None) -> list[Peer]:
    """Return the peers that are asked for.

    Parameters
    ----------
    words : iterable of str or None
        Names of peers, or what stands before the hyphen ("torch" for all its modes);
        "none" for no peer; None for all.

    Raises
    ------
    InputError
        If a name is unknown.
    """
    if words is None:
        return list(PEERS.values())
    families = {name.partition("-")[0] for name in PEERS}
    found: dict[str, Peer] = {}
    for word in words:
        if word == "none":
            continue
        chosen = [
            peer
            for name, peer in PEERS.items()
            if word in (name, name.partition("-")[0])
        ]
        if not chosen:
            raise unknown_name("peer", word, {*PEERS, *families, "none"})
        found |= {peer.name: peer for peer in chosen}
    return list(found.values())


def split(peers: Iterable[Peer]) -> tuple[list[Peer], list[Peer]]:
    """Return the peers that are installed, and those that are not."""
    peers = list(peers)
    there = [peer for peer in peers if peer.installed]
    return there, [peer for peer in peers if not peer.installed]
