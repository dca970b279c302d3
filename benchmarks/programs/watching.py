"""What ``optlab.watch`` costs: ``python -m benchmarks.programs.watching``.

Two networks train on the digits, a dense one and one of convolutions; the share of the
time that looking took has to stay below a tenth.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import optlab
from optlab.pages import write_section

EPOCHS = 60


def networks() -> dict[str, Any]:
    """Return compiled models by name."""
    import keras
    from keras import layers

    def dense(units: int) -> Any:
        return layers.Dense(units, activation="relu")

    end = layers.Dense(10, activation="softmax")
    parts = {
        "dense": [layers.Flatten(), *(dense(128) for _ in range(4)), end],
        "convolutions": [
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            dense(64),
            layers.Dense(10, activation="softmax"),
        ],
    }
    found = {}
    for name, chain in parts.items():
        found[name] = keras.Sequential([keras.Input((8, 8, 1)), *chain])
        found[name].compile("adam", "sparse_categorical_crossentropy")
    return found


def main() -> int:
    """Print the share of each; fail where one is too large."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.programs.watching")
    parser.add_argument("--page", type=Path, help="put the figures into it")
    chosen = parser.parse_args()
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x = (x / 16).reshape(-1, 8, 8, 1).astype("float32")
    worst = 0.0
    lines = ["| network | epochs looked at | share of the time |", "|---|---|---|"]
    for name, model in networks().items():
        watch = optlab.watch(x, y, verbose=False)
        began = time.perf_counter()
        model.fit(x, y, epochs=EPOCHS, verbose=0, callbacks=[watch])
        took = time.perf_counter() - began
        worst = max(worst, watch.share)
        sys.stdout.write(
            f"{name:14} {took:6.1f} s, {len(watch.looks)} of {EPOCHS} epochs looked "
            f"at, {watch.share:.1%} of the time\n"
        )
        lines.append(f"| {name} | {len(watch.looks)} of {EPOCHS} | {watch.share:.1%} |")
    if chosen.page is not None:
        write_section(chosen.page, "watching", "\n".join(lines))
    return 1 if worst > 0.1 else 0


if __name__ == "__main__":
    sys.exit(main())
