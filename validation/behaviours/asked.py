"""Public issues in which people asked about a behaviour, by its id."""

from __future__ import annotations

_KERAS = "https://github.com/keras-team/keras/issues/"
_TENSORFLOW = "https://github.com/tensorflow/tensorflow/issues/"

ASKED: dict[str, tuple[str, ...]] = {
    "adam-epsilon-hat": (f"{_KERAS}17391", f"{_TENSORFLOW}35102"),
    "averages-come-in-after-the-fit": (f"{_KERAS}18949",),
    "class-weights-divide-by-n": (f"{_KERAS}13329",),
    "clipnorm-is-per-variable": (f"{_KERAS}13575", f"{_TENSORFLOW}52348"),
    "decay-is-excluded-by-part-of-a-name": (f"{_KERAS}16201",),
    "epoch-loss-is-a-running-mean": (f"{_KERAS}503", f"{_KERAS}6977"),
    "freezing-needs-compile": (f"{_KERAS}6405", f"{_KERAS}4674"),
    "frozen-batch-normalization-infers": (f"{_KERAS}4762", f"{_KERAS}9522"),
    "plateau-with-a-schedule": (f"{_TENSORFLOW}36612",),
    "rmsprop-epsilon-inside-the-root": (f"{_KERAS}17391",),
    "skipped-steps-are-not-updates": (f"{_KERAS}20878",),
    "steps-per-execution-hides-batches": (f"{_KERAS}17589",),
    "unused-rows-keep-moving": (f"{_KERAS}19992", f"{_TENSORFLOW}6460"),
    "validation-is-without-dropout": (f"{_KERAS}6977",),
    "validation-split-takes-the-tail": (f"{_KERAS}597", f"{_KERAS}8346"),
    "weighted-mean-divides-by-n": (f"{_KERAS}19740",),
    "weights-alone-forget-the-optimizer": (f"{_KERAS}2378", f"{_KERAS}8575"),
}
