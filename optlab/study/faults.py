"""Set-ups with a fault to be found, for the page's game: look, guess, reveal.

Each has the states of the page, as in its address, with the fault and with the cure.
"""

from __future__ import annotations

from typing import Any

_RATE_HIGH = "the rate is too high"
_RATE_LOW = "the rate is too low"
_EPSILON = "epsilon is too large"
_MOMENTUM = "the momentum is too high"
_SCALE = "the coordinates have different scales"
_NOISE = "the gradients are noisy"

FAULTS: tuple[dict[str, Any], ...] = (
    {
        "title": "The value rises and rises",
        "state": "problem=booth&start=-5,5&steps=40&step=40&o=SGD;learning_rate=0.112",
        "cure": "problem=booth&start=-5,5&steps=40&step=40&o=SGD;learning_rate=0.1",
        "choices": [_RATE_HIGH, _MOMENTUM, _NOISE],
        "answer": 0,
        "reveal": "The largest curvature of this function is 18, and 0.112 is above "
        "2 / 18 = 0.111: every step lands a little further up the other side.",
    },
    {
        "title": "It falls, but hardly",
        "state": "problem=himmelblau&start=0,0&steps=200&step=200"
        "&o=Adam;learning_rate=0.0005",
        "cure": "problem=himmelblau&start=0,0&steps=200&step=200"
        "&o=Adam;learning_rate=0.05",
        "choices": [_EPSILON, _RATE_LOW, _SCALE],
        "answer": 1,
        "reveal": "Adam moves by about the rate a step, so 200 steps of 0.0005 reach "
        "no further than 0.1. The angle is small and the effective step even: nothing "
        "but the rate holds it back.",
    },
    {
        "title": "Adam that behaves like gradient descent",
        "state": "problem=quadratic&curvatures=0.01,0.1&start=1,1&steps=300&step=300"
        "&o=Adam;learning_rate=0.02;epsilon=10",
        "cure": "problem=quadratic&curvatures=0.01,0.1&start=1,1&steps=300&step=300"
        "&o=Adam;learning_rate=0.02",
        "choices": [_RATE_HIGH, _NOISE, _EPSILON],
        "answer": 2,
        "reveal": "Against an epsilon of 10 the second moment does not count: the "
        "effective step is the same number for every gradient, rate / epsilon.",
    },
    {
        "title": "Past the minimum, again and again",
        "state": "problem=quadratic&curvatures=1,10&start=1,1&steps=300&step=300"
        "&o=SGD_momentum;learning_rate=0.02;momentum=0.995",
        "cure": "problem=quadratic&curvatures=1,10&start=1,1&steps=300&step=300"
        "&o=SGD_momentum;learning_rate=0.02;momentum=0.8",
        "choices": [_MOMENTUM, _RATE_LOW, _NOISE],
        "answer": 0,
        "reveal": "With a momentum of 0.995 a step remembers the last 200. The map "
        "shows a contraction of 0.9975, the root of the momentum, whatever the rate.",
    },
    {
        "title": "Quick one way, stuck the other",
        "state": "problem=quadratic&curvatures=0.1,100&start=1,1&steps=300&step=300"
        "&o=SGD;learning_rate=0.018",
        "cure": "problem=quadratic&curvatures=9,10&start=1,1&steps=300&step=300"
        "&o=SGD;learning_rate=0.1",
        "choices": [_RATE_HIGH, _SCALE, _EPSILON],
        "answer": 1,
        "reveal": "One curvature is a thousand times the other. The steep coordinate "
        "forbids a larger rate, the flat one needs it; scaling the inputs cures it.",
    },
    {
        "title": "Near, but never there",
        "state": "problem=quadratic&curvatures=1,10&start=1,1&steps=500&step=500"
        "&noise=2&seed=7&o=SGD;learning_rate=0.1",
        "cure": "problem=quadratic&curvatures=1,10&start=1,1&steps=500&step=500"
        "&noise=2&seed=7&o=SGD;learning_rate=0.005",
        "choices": [_MOMENTUM, _RATE_LOW, _NOISE],
        "answer": 2,
        "reveal": "Each gradient carries noise, and a constant rate turns it into a "
        "cloud around the minimum; a smaller rate, or one that decays, shrinks it.",
    },
)
