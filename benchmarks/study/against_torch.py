"""What the page calls torch's formulas, against torch."""

from __future__ import annotations

import torch

import optlab
from optlab.study.frameworks import WRITTEN


def differences() -> list[str]:
    """Return the rules that do not give torch's numbers, in words."""
    made = {
        "adam": (torch.optim.Adam, {"eps": 1e-3}, optlab.Adam(0.1, epsilon=1e-3)),
        "adamax": (torch.optim.Adamax, {"eps": 1e-3}, optlab.Adamax(0.1, epsilon=1e-3)),
        "rmsprop": (
            torch.optim.RMSprop,
            {"alpha": 0.9, "eps": 1e-3},
            optlab.RMSprop(0.1, epsilon=1e-3),
        ),
        "adagrad": (
            torch.optim.Adagrad,
            {"eps": 1e-3},
            optlab.Adagrad(0.1, 0.0, epsilon=1e-3),
        ),
        "sgd_momentum": (torch.optim.SGD, {"momentum": 0.9}, optlab.SGD(0.1, 0.9)),
        "sgd_nesterov": (
            torch.optim.SGD,
            {"momentum": 0.9, "nesterov": True},
            optlab.SGD(0.1, 0.9, nesterov=True),
        ),
    }
    wrong = [f"{name}: not compared" for name in set(WRITTEN) - set(made)]
    for name, (peer, arguments, ours) in made.items():
        rule, coefficients = WRITTEN[name]["torch"]
        coefficients = coefficients or ours.rule.coefficients
        weight = torch.tensor([1.5], dtype=torch.float64, requires_grad=True)
        theirs = peer([weight], lr=0.1, **arguments)
        param, slots = 1.5, [0.0] * len(ours.rule.slots)
        for step, grad in enumerate((0.3, -0.2, 0.004), 1):
            weight.grad = torch.tensor([grad], dtype=torch.float64)
            theirs.step()
            values = coefficients(1.0, float(step), 0.1, *ours.hyper())
            param, *slots = rule(param, grad, *slots, *values)
        distance = abs(param - weight.item())
        if not distance <= 1e-6 * abs(param):
            wrong.append(f"{name}: {param!r}, torch {weight.item()!r}")
    return wrong
