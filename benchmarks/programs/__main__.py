"""Score diagnoses of real programs: ``python -m benchmarks.programs FOLDER``.

FOLDER has one folder a program, with ``bug.py`` (or one .py file). Each is diagnosed,
and the original and the written fix are trained in tf.keras on three seeds. A fix
learns where its median reaches 0.8 of what a random forest, or the original, reaches.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SEEDS = (10, 11, 12)
#: The share of what a reference reaches from which a program learns.
LEARNS = 0.8
#: Seconds that one rerun may take.
PATIENCE = 900.0


def main() -> int:
    """Score the programs of a folder, and write the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.programs")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--budget", type=float)
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    chosen = parser.parse_args()
    folders = sorted(p for p in chosen.folder.iterdir() if p.is_dir())
    folders = [p for p in folders if not chosen.only or p.name in chosen.only]
    folders = [p for p in folders if script_in(p) is not None]
    if not folders:
        parser.error(f"there is no program in {chosen.folder}")
    results = []
    for folder in folders:
        result = judged(folder, chosen.budget)
        results.append(result)
        sys.stdout.write(_line(result) + "\n")
        sys.stdout.flush()
    figures = summary(results)
    for name, value in figures.items():
        sys.stdout.write(f"{name:32} {value:.3g}\n")
    if chosen.out is not None:
        document = {"figures": figures, "programs": results}
        chosen.out.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    return 0


def script_in(folder: Path) -> Path | None:
    """Return the program of a folder; None where there is none."""
    found = sorted(folder.glob("*.py"))
    named = [path for path in found if path.name == "bug.py"]
    return next(iter(named or found), None)


def judged(folder: Path, budget: float | None) -> dict[str, Any]:
    """Diagnose one program, and rerun it and its fix."""
    script = script_in(folder)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        fix = Path(made) / "fixed.py"
        options = ["--json", "--fix", str(fix)]
        if budget is not None:
            options += ["--budget", str(budget)]
        answer = _json(["optlab", "diagnose", str(script), *options], folder)
        seconds = time.monotonic() - began
        before = [_rerun(script, folder, seed) for seed in SEEDS]
        after = [_rerun(fix, folder, seed) for seed in SEEDS] if fix.exists() else []
    reference = max((r.get("forest") or 0.0 for r in before + after), default=0.0)
    return {
        "name": folder.name,
        "verdict": (answer or {}).get("verdict"),
        "causes": [c["cause"] for c in (answer or {}).get("causes", [])],
        "engine": (answer or {}).get("engine"),
        "runs": (answer or {}).get("runs", 0),
        "seconds": round(seconds, 1),
        "before": _median(before),
        "after": _median(after),
        "reference": reference,
        "nothing": any(r.get("nothing") for r in before),
        "learned_before": _learns(_median(before), reference),
        "learns_after": _learns(_median(after), reference),
    }


def summary(results: list[dict[str, Any]]) -> dict[str, float]:
    """Return the figures of all programs."""

    def share(chosen: list[dict[str, Any]], good: Any) -> float:
        return sum(map(good, chosen)) / len(chosen) if chosen else float("nan")

    empty = [r for r in results if r["nothing"]]
    faulty = [r for r in results if not r["nothing"] and not r["learned_before"]]
    return {
        "programs": len(results),
        "judged with runs": share(results, lambda r: r["runs"] > 0),
        "nothing to learn": len(empty),
        "of these said so": share(empty, lambda r: r["verdict"] == "nothing_to_learn"),
        "do not learn": len(faulty),
        "of these noticed": share(faulty, lambda r: r["verdict"] == "faulty"),
        "of these the fix learns": share(faulty, lambda r: r["learns_after"]),
        "median seconds": statistics.median(r["seconds"] for r in results),
    }


def _learns(score: float | None, reference: float) -> bool:
    return score is not None and score >= LEARNS * max(reference, 0.1)


def _median(runs: list[dict[str, Any]]) -> float | None:
    scores = [r["score"] for r in runs if r.get("score") is not None]
    return round(statistics.median(scores), 4) if scores else None


def _rerun(script: Path | None, folder: Path, seed: int) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.programs.rerun", str(script), str(seed)]
    return _json(words, folder) or {}


def _json(words: list[str], folder: Path) -> dict[str, Any] | None:
    """Run a command and return the JSON document it prints, if any."""
    if words[0] == "optlab":
        words = [sys.executable, "-m", "optlab", *words[1:]]
    root = str(Path(__file__).resolve().parents[2])
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**_environment(), "PYTHONPATH": root},
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return found


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}


def _line(result: dict[str, Any]) -> str:
    causes = ", ".join(result["causes"][:2]) or "-"
    return (
        f"{result['name']} {result['seconds']:6.1f} s {result['runs']:3} runs  "
        f"{result['verdict']!s:18} {result['before']} -> {result['after']} "
        f"(reference {result['reference']:.2f})  {causes}"
    )


if __name__ == "__main__":
    sys.exit(main())
