"""The real data sets that scikit-learn ships, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.data.raw import Raw
from optlab.data.record import Task


@dataclass(frozen=True)
class Source:
    """How a named set is called in scikit-learn, and what it asks for."""

    loader: str
    target: str
    task: Task
    about: str


#: name -> set. Digits and diabetes come as floats, the classes as 0, 1, ...
SOURCES = {
    "breast_cancer": Source(
        "load_breast_cancer",
        "diagnosis",
        "binary",
        "569 tumours, 30 measurements: malignant or benign",
    ),
    "diabetes": Source(
        "load_diabetes",
        "progression",
        "regression",
        "442 patients, 10 measurements: progression after a year",
    ),
    "digits": Source(
        "load_digits",
        "label",
        "multiclass",
        "1797 handwritten digits of 8 by 8 pixels from 0 to 16",
    ),
    "iris": Source(
        "load_iris", "species", "multiclass", "150 flowers, 4 lengths, 3 species"
    ),
    "wine": Source(
        "load_wine",
        "cultivar",
        "multiclass",
        "178 wines, 13 measurements, 3 cultivars",
    ),
}


def read_named(name: str) -> Raw:
    """Read one of the sets in `SOURCES`, all rows in scikit-learn's order."""
    from sklearn import datasets

    source = SOURCES[name]
    bunch: Any = getattr(datasets, source.loader)()
    classes = [str(c) for c in bunch.target_names] if "target_names" in bunch else []
    return Raw(
        source=name,
        x=np.asarray(bunch.data, np.float64),
        y=np.asarray(bunch.target),
        feature_names=[str(column) for column in bunch.feature_names],
        target_names=[source.target],
        class_names=classes,
        task=source.task,
    )
