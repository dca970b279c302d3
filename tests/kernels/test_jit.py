"""The compile cache: an edit in any kernel file opens a new folder."""

import shutil
import subprocess
import sys
from pathlib import Path

import optlab.kernels

PROGRAM = """
import numpy as np
from optlab.kernels.{caller} import call
print(call(np.ones(1))[0], sum(call.stats.cache_hits.values()))
"""


def test_an_edit_in_a_helper_is_seen_by_its_caller(tmp_path: Path):
    kernels = Path(optlab.kernels.__file__).resolve().parent
    package = tmp_path / "optlab"
    package.mkdir()
    (package / "__init__.py").write_text("")
    target = package / "kernels"
    target.mkdir()
    (target / "__init__.py").write_text("")
    for name in ("jit.py", "kernel_cache.py"):
        shutil.copy(kernels / name, target)
    helper = "from optlab.kernels.jit import kernel\n\n\n@kernel\ndef change(x):\n"
    (target / "caller.py").write_text(
        "from optlab.kernels.jit import kernel\nfrom optlab.kernels.helper import "
        "change\n\n\n@kernel\ndef call(x):\n    return change(x)\n"
    )

    def run(body):
        (target / "helper.py").write_text(helper + f"    return {body}\n")
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(caller="caller")],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        )
        value, hits = done.stdout.split()
        return float(value), int(hits)

    assert run("x + 1") == (2.0, 0)
    assert run("x + 1") == (2.0, 1)
    assert run("x + 2") == (3.0, 0)
    assert run("x + 1") == (2.0, 1)
