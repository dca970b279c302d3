"""Figures of suites that are measured in parts."""

from benchmarks import kept
from benchmarks.bits.__main__ import section


def test_parts_are_kept_side_by_side(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    kept.keep("faults", "kills: run", {"same": 3}, 60.0)
    kept.keep("faults", "kills: run", {"same": 4}, 60.0)
    found = kept.keep("faults", "starved", True, 1.0)
    assert {part: one["figures"] for part, one in found.items()} == {
        "kills: run": {"same": 4},
        "starved": True,
    }
    assert "in 1 minutes" in kept.when(found.values())


def test_bits_that_differ_are_listed_with_what_changes_them():
    def measured(bits, parts):
        figures = {"bits": {"a job": {bits: ["here"]}}, "runs": 5, "parts": parts}
        return {"figures": figures, "date": "2026-01-01", "seconds": 60, "load": 1.0}

    page = section(
        {"AVX2": measured("22", {"a job": ["BLAS"]}), "as it is": measured("11", {})}
    )
    assert "| a job | as it is | 5 | 1 | `11` | - |  |" in page
    if "| AVX2 |" in page:  # where this processor can stand for it
        assert "| a job | AVX2 | 5 | 1 | `22` | no | BLAS |" in page
