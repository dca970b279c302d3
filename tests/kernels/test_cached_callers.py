"""Kernels that call other kernels, loaded from the cache by another process."""

import os
import subprocess
import sys

PROGRAM = """
import numpy as np
from optlab import losses
from optlab.kernels.sums import sum_eigen
y = np.linspace(0, 1, 40_000, dtype=np.float32)[:, None]
print(losses.MeanSquaredError().value_and_grad(y, y * y)[0], sum_eigen(y))
"""


def test_a_second_process_gets_the_same(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    printed = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert printed[0] == printed[1]
    assert list(tmp_path.rglob("*.nbc"))
