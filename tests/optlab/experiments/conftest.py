"""A small valid experiment, as tables."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def tables() -> dict[str, Any]:
    return {
        "data": {"source": "iris", "scale": "standard"},
        "model": {
            "layers": [
                {"units": 8, "activation": "relu"},
                {"units": 3, "activation": "softmax"},
            ]
        },
        "loss": {"name": "sparse_categorical_crossentropy"},
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        "training": {"epochs": 3, "batch_size": 16},
    }
