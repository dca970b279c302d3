"""Score diagnoses of real programs: ``python -m benchmarks.programs FOLDER``.

FOLDER has one folder a program, with ``bug.py`` (or one .py file). Each is diagnosed,
and the original and the written fix are trained in tf.keras on a few seeds. A program
learns where its median reaches 0.8 of the best that a random forest, the diagnosis or
the original itself reaches on those rows.

A row is kept for each program (``--rows``), so that a run that was ended goes on where
it was; to measure a program again, delete its row.

Every third program by name, from the third on, is held out: it sets no weight and no
threshold, and its figures stand apart. A folder may name others in a file `ASIDE`.
``--part`` chooses, and ``--page`` writes the figures of both parts into a page.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.programs.figures import page, summary, table
from optlab.pages import write_section

SEEDS = (10, 11, 12)
#: The programs that are held out, of all by name.
ASIDE = slice(2, None, 3)
PARTS = ("all", "development", "held-out")
#: The share of what a reference reaches from which a program learns.
LEARNS = 0.8
#: Seconds after which a rerun is scored as it is, and after which a process is ended.
PATIENCE, ENDED = 150.0, 600.0


def main() -> int:
    """Score the programs of a folder, and write the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.programs")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--part", choices=PARTS, default="all")
    parser.add_argument("--budget", type=float, help="seconds of each diagnosis")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="of each rerun")
    parser.add_argument("--patience", type=float, default=PATIENCE, help="of a rerun")
    parser.add_argument("--rows", type=Path, default=Path("out/programs"))
    parser.add_argument("--out", type=Path, help="write the figures as a page (.md)")
    parser.add_argument("--page", type=Path, help="put both parts' figures into it")
    parser.add_argument("--section", default="programs", help="the place in --page")
    chosen = parser.parse_args()
    folders = programs_in(chosen.folder)
    aside = held_out(chosen.folder, folders)
    wanted = aside if chosen.part == "held-out" else {p.name for p in folders}
    wanted -= aside if chosen.part == "development" else set()
    folders = [p for p in folders if p.name in wanted]
    folders = [p for p in folders if not chosen.only or p.name in chosen.only]
    if not folders:
        parser.error(f"there is no program in {chosen.folder}")
    chosen.rows.mkdir(parents=True, exist_ok=True)
    results = []
    for folder in folders:
        kept = chosen.rows / f"{folder.name}.json"
        if kept.exists():
            result = json.loads(kept.read_text("utf-8"))
        else:
            result = judged(folder, chosen)
            kept.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
        results.append(result)
        sys.stdout.write(_line(result) + "\n")
        sys.stdout.flush()
    figures = summary(results)
    for name, value in figures.items():
        sys.stdout.write(f"{name:36} {value:.3g}\n")
    if chosen.out is not None:
        chosen.out.write_text(page(figures, results), "utf-8")
    if chosen.page is not None:
        parts = {
            "development": [r for r in results if r["name"] not in aside],
            "held out": [r for r in results if r["name"] in aside],
        }
        write_section(chosen.page, chosen.section, table(parts, chosen.budget))
    return 0


def programs_in(folder: Path) -> list[Path]:
    """Return the folders that hold a program, by name."""
    found = sorted(p for p in folder.iterdir() if p.is_dir())
    return [p for p in found if script_in(p) is not None]


def held_out(folder: Path, programs: list[Path]) -> set[str]:
    """Return the names of the programs that set nothing."""
    named = folder / "ASIDE"
    if named.exists():
        return set(named.read_text("utf-8").split())
    return {p.name for p in programs[ASIDE]}


def script_in(folder: Path) -> Path | None:
    """Return the program of a folder; None where there is none."""
    found = sorted(folder.glob("*.py"))
    named = [path for path in found if path.name == "bug.py"]
    return next(iter(named or found), None)


def judged(folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Diagnose one program, and rerun it and its fix."""
    budget, seeds, patience = chosen.budget, SEEDS[: chosen.seeds], chosen.patience
    script = script_in(folder)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        fix = Path(made) / "fixed.py"
        options = ["--json", "--fix", str(fix)]
        if budget is not None:
            options += ["--budget", str(budget)]
        answer, said = _json(["optlab", "diagnose", str(script), *options], folder)
        seconds = time.monotonic() - began
        before = _original(folder, seeds, patience, chosen.rows)
        fixed = seeds if fix.exists() else ()
        after = [_rerun(fix, folder, seed, patience) for seed in fixed]
        source = fix.read_text("utf-8") if fix.exists() else ""
    answer = answer or {}
    known = [r.get("forest") for r in before + after]
    known += [answer.get("possible"), _median(before)]
    reference = max((v for v in known if v is not None), default=0.0)
    return {
        "name": folder.name,
        "verdict": answer.get("verdict"),
        "causes": [c["cause"] for c in answer.get("causes", [])],
        "engine": answer.get("engine"),
        "runs": answer.get("runs", 0),
        "seconds": round(seconds, 1),
        "search_seconds": answer.get("seconds"),
        "before": _median(before),
        "after": _median(after),
        "reference": round(reference, 4),
        "nothing": any(r.get("nothing") for r in before),
        "learned_before": _learns(_median(before), reference),
        "learns_after": _learns(_median(after), reference),
        "seeds": list(seeds),
        "errors": [r["error"] for r in before + after if r.get("error")],
        "said": "" if answer else said[-2000:],
        "answer": answer,
        "fix": source,
    }


def _original(
    folder: Path, seeds: tuple[int, ...], patience: float, rows: Path
) -> list[Any]:
    """Rerun the original once for all measurements of its diagnosis."""
    kept = rows / "originals" / f"{folder.name}.json"
    found = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    for seed in seeds:
        if str(seed) not in found:
            found[str(seed)] = _rerun(script_in(folder), folder, seed, patience)
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return [found[str(seed)] for seed in seeds]


def _learns(score: float | None, reference: float) -> bool:
    return score is not None and score >= LEARNS * max(reference, 0.1)


def _median(runs: list[dict[str, Any]]) -> float | None:
    """Return the median score; a run that gave none is worse than all others."""
    scores = [-10.0 if r.get("score") is None else r["score"] for r in runs]
    middle = statistics.median(scores) if scores else -10.0
    return None if middle <= -10.0 else round(middle, 4)


def _rerun(
    script: Path | None, folder: Path, seed: int, patience: float
) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.programs.rerun"]
    found, said = _json([*words, str(script), str(seed), str(patience)], folder)
    return {"error": said[-500:]} if found is None else found


def _json(words: list[str], folder: Path) -> tuple[dict[str, Any] | None, str]:
    """Run a command; return the JSON document it prints, if any, and what it says."""
    if words[0] == "optlab":
        words = [sys.executable, "-m", "optlab", *words[1:]]
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": root}
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=ENDED,
            env=environment,
            check=False,
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return None, f"no answer in {ENDED:g} s"
    except json.JSONDecodeError:
        return None, done.stderr
    return found, done.stderr


def _line(result: dict[str, Any]) -> str:
    causes = ", ".join(result["causes"][:2]) or "-"
    marks = "nothing" if result["nothing"] else ""
    marks += " learned" if result["learned_before"] else ""
    marks += " CURED" if result["learns_after"] else ""
    marks = f" [{marks.strip()}]" if marks else ""
    return (
        f"{result['name']} {result['seconds']:6.1f} s {result['runs']:3} runs "
        f"{result['engine']!s:6} {result['verdict']!s:18} "
        f"{result['before']} -> {result['after']} "
        f"(reference {result['reference']:.2f}){marks}  {causes}"
    )


if __name__ == "__main__":
    sys.exit(main())
