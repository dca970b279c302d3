"""Write docs/parity.md: how parity is checked, what passes and why, what was measured.

    optlab verify --full --json > results.json
    optlab verify --random 1000 --seed 11 --json > random.json
    python docs/parity.py --matrix results.json --random random.json

What is not given stays as it was. The tolerances and the catalogue come from the tables
that the checks themselves read.
"""

import argparse
import datetime
import json
import math
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from optlab.files import write_text
from optlab.validation import catalogue, draws
from optlab.validation.matrix import BOUNDS
from optlab.validation.matrix.modes import MODES

PAGE = Path(__file__).resolve().with_name("parity.md")

HEAD = """# Parity with tf.keras

Written by `python docs/parity.py`: do not edit.

    optlab verify                    # the quick matrix, a minute or two
    optlab verify --full             # the whole matrix, half an hour and more
    optlab verify --random 1000 --seed 1     # as many random configurations
    optlab verify digits             # an experiment and its tf.keras twin, step by step
    optlab verify --only adam --html report.html --plot report.png
    optlab verify --only layers      # all layers, and nothing else
    optlab verify --keras my_module:MyOptimizer --rule my_module:my_rule

The matrix steps each optimizer and its tf.keras twin on the same gradients and compares
parameters and slots: optimizer x options x dtype x steps (1, 10, 100, 1000) x gradients
(ordinary, wild 1e-9..1e4, subnormal, sparse, huge, and a mixture) x mode. TensorFlow
runs on one thread, because its large sums depend on the number of threads; our side is
run on one and on two. The whole matrix also has every argument of every rule away from
its default, all pairs of options, 0-d, empty, wide, tall and many-axed tensors in lists
and arenas, starts at zero, the state handed over in the middle, 300 random
configurations of all of it together, parameters left out of the weight decay and
scaled losses that overflow among them, whole calls of `fit`, and published formulas in
extended precision. Losses, metrics and schedules follow, every layer in 40 random
configurations, and a whole training run. Exit status 1 where anything is outside its
tolerance; the message names optimizer, dtype, mode, step, tensor, index and both
values.

A distance is in units in the last place (ULP), or in *roundings*: machine epsilon times
the largest magnitude that the element has had, which does not explode where a number
passes through zero.

## Two rules that tf.keras reads otherwise

*ScheduleFreeAdamW* of tf.keras on TensorFlow reads z after it was overwritten. Optlab
follows the paper; the matrix steps the rule with that slip, and the published formula
is checked in extended precision.

*Muon* multiplies matrices, and a BLAS adds the terms of a product in another order than
TensorFlow does. Where singular values are small the iteration amplifies the last bit,
up to 2 % of a parameter's size among random configurations. The matrix steps our rule
with TensorFlow's products in the place of NumPy's, and then every bit is the same: the
products are the whole difference.

## A whole run

`optlab verify FILE` hands every batch, weight and dropout mask of our run to a twin
that makes the same step with tf.keras's layers, loss and optimizer, in float64 and in
the experiment's own dtype. Roundings accumulate, and training amplifies them: so the
drift is compared with that of a copy of ours whose first weights are one rounding away.
The twin may drift ten times as far; experiments that amplify little must stay below
1e-10 (float64) or 1e-6 (float32). A second twin starts each watched step from our
weights, where nothing can have been amplified.

The twin's optimizer is given the gradients of embeddings as dense arrays. Given slices,
as in its own `fit`, tf.keras squares those of a repeated index before it adds them up
(`repeated-ids-are-squared-first` below), which is another rule.

## Your own optimizer

[examples/adabelief_keras.py](../examples/adabelief_keras.py) holds a Keras optimizer
that agrees with the rule in [examples/own_optimizer.py](../examples/own_optimizer.py),
and one with a planted bug. From the folder `examples`:

    $ optlab verify --keras adabelief_keras:Hasty --rule own_optimizer:AdaBelief
    ...
    Look at how the slot 'belief' is updated: it differs already at the first step; ...

A rule is a function `(param, grad, *slots, *numbers) -> (param, *slots)`, or a class
that `optlab.rule` made. Numbers are taken from the Keras optimizer's `get_config()` by
their names; slots are compared where a Keras variable ends in `_` and the slot's name.
In float32 and eager mode the same bits are asked for; `--ulp N` and `--loose` pass
more, for a formula that rounds in another order. What is compared, and which names of
the configuration the rule does not know, is told first.
"""


def main() -> int:
    """Write the page; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--matrix", type=Path, metavar="FILE")
    parser.add_argument("--random", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    parts = [HEAD, modes(), bounds(), layers()]
    for name, path, written in (
        ("matrix", chosen.matrix, measured),
        ("random", chosen.random, drawn),
    ):
        block = _before(name)
        if path is not None:
            block = written(json.loads(path.read_text("utf-8")))
        if block:
            parts.append(f"<!-- begin: {name} -->\n{block}<!-- end: {name} -->\n")
    parts.append(behaviours())
    write_text(PAGE, "\n".join(parts))
    return 0


def _before(name: str) -> str:
    """Return a section as the page has it; empty where it has none."""
    text = PAGE.read_text("utf-8") if PAGE.exists() else ""
    rest = text.partition(f"<!-- begin: {name} -->\n")[2]
    return rest.partition(f"<!-- end: {name} -->")[0]


def drawn(document: dict[str, Any]) -> str:
    """Return what `optlab verify --random` found."""
    rows = document["results"]
    largest = max((row["ulp"] for row in rows if not row["refused"]), default=0)
    names = Counter(row["subject"].split()[0] for row in rows)
    seed = rows[0]["subject"].rpartition(" ")[2]
    counts = ", ".join(f"{name} {count}" for name, count in sorted(names.items()))
    return "\n".join(
        [
            "## Random configurations",
            "",
            f"    optlab verify --random {len(rows)} --seed {seed}",
            "",
            f"{_when(document)}",
            f"{document['verdict']} The largest distance is {largest} ULP.",
            "",
            f"Drawn: {counts}.",
            "",
        ]
    )


def _when(document: dict[str, Any]) -> str:
    versions = ", ".join(f"{k} {v}" for k, v in document["versions"].items())
    return f"{datetime.date.today()}, {document['seconds']:.0f} s, {versions}."


def modes() -> str:
    """Return the modes and what they are."""
    rows = [f"- **{mode}**: {what}" for mode, what in MODES.items()]
    rows.append(
        "- **model**: our rule with that mode's rewrites and no other change "
        "(`optlab.validation.matrix.function_rules`, `xla_rules`); it must agree with "
        "the compiled step to the last bit, which proves that they explain everything"
    )
    return "\n".join(["## Modes", "", *rows, ""])


def bounds() -> str:
    """Return the table of tolerances."""
    rows = [
        "## What passes, and why",
        "",
        "Everything that is not listed must agree to the last bit: all of eager mode, "
        "of `tf.function` without Grappler, and all models.",
        "",
        "| mode | optimizers | only with | dtype | roundings | reason |",
        "|---|---|---|---|---|---|",
    ]
    for bound in BOUNDS:
        names = ", ".join(bound.optimizers) or "all"
        rows.append(
            f"| {bound.mode} | {names} | {bound.option} | {bound.dtype} | "
            f"{_power_of_two(bound.roundings)}"
            f"{' a hundred steps' if bound.grows else ''} | {bound.reason} |"
        )
    return "\n".join([*rows, ""])


def layers() -> str:
    """Return the table of the tolerances of layers."""
    rows = [
        "## Layers",
        "",
        "Every layer is compared in random configurations, with masks, dropout and "
        "penalties: its output, its gradients by the input and by all weights, and "
        "what it keeps. So many roundings of a tensor's largest entry pass, and keep "
        "float64 within 1e-12 but for bilinear enlargement. What is not listed must "
        "agree to the last bit: "
        + ", ".join(name for name in draws.DRAWS if name not in draws.BOUNDS)
        + ".",
        "",
        "| layer | float32 | float64 | reason |",
        "|---|---|---|---|",
    ]
    for name, (single, double, reason) in draws.BOUNDS.items():
        first, second = _power_of_two(single), _power_of_two(double)
        rows.append(f"| {name} | {first} | {second} | {reason} |")
    return "\n".join([*rows, ""])


def _power_of_two(number: float) -> str:
    """Write a large power of two as a power."""
    exponent = round(math.log2(number))
    return f"{number:g}" if exponent < 10 else f"2^{exponent}"


def measured(document: dict[str, Any]) -> str:
    """Return the largest distance of each optimizer in each mode."""
    found: dict[str, dict[str, tuple[int, float]]] = {}
    columns: list[str] = []
    for row in document["results"]:
        if row["group"] != "optimizers" or row["refused"]:
            continue
        mode = row["mode"].partition(",")[0]
        if mode not in columns:
            columns.append(mode)
        cells = found.setdefault(row["subject"].split()[0], {})
        ulp, roundings = cells.get(mode, (0, 0.0))
        cells[mode] = max(ulp, row["ulp"]), max(roundings, row["roundings"])
    rows = [
        "## Measured",
        "",
        _when(document),
        f"{document['verdict']}",
        "",
        "The largest distance over all options, dtypes, gradients and steps; 0 is the "
        "same bits, other numbers are roundings.",
        "",
        "| optimizer | " + " | ".join(columns) + " |",
        "|---|" + "---|" * len(columns),
    ]
    for name, cells in found.items():
        shown = [
            "" if mode not in cells else _distance(*cells[mode]) for mode in columns
        ]
        rows.append(f"| {name} | " + " | ".join(shown) + " |")
    return "\n".join([*rows, ""])


def _distance(ulp: int, roundings: float) -> str:
    return "0" if ulp == 0 else f"{roundings:.2g}"


def behaviours() -> str:
    """Return the statements of the catalogue by subject."""
    entries = catalogue()
    rows = [
        "## What TensorFlow really does",
        "",
        f"The {len(entries)} entries of `optlab behaviours`, which measures them. "
        "`optlab behaviours ID` shows the program, the figures, and what they mean. To "
        "add one, write a function in `validation/behaviours/` as its `__init__` says.",
    ]
    subjects = dict.fromkeys(entry.subject for entry in entries.values())
    for subject in subjects:
        rows += ["", f"### {subject.capitalize()}", ""]
        rows += [
            f"- `{entry.id}`: {entry.says}"
            for entry in entries.values()
            if entry.subject == subject
        ]
    return "\n".join([*rows, ""])


if __name__ == "__main__":
    sys.exit(main())
