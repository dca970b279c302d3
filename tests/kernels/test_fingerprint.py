"""Whatever changes the machine code changes the description."""

import textwrap

import numba
import numpy as np
import pytest

from optlab.kernels.fingerprint import RuleError, fingerprint
from optlab.kernels.fuse import fuse
from optlab.kernels.rules import sgd

#: Rules with one number or operation left open, and two ways to fill it in.
SOURCES = {
    "a constant of the rule": "def rule(p, g, lr): return (p - g * {},)",
    "an operation": "def rule(p, g, lr): return (p {} g,)",
    "a global": "F = {}\ndef rule(p, g, lr): return (p - F * g,)",
    "a default": "def rule(p, g, lr, f={}): return (p - f * g,)",
    "a default of a keyword": "def rule(p, g, lr, *, f={}): return (p - f * g,)",
    "a default of a helper": """
        def helper(x, f={}): return x * f
        def rule(p, g, lr): return (p - helper(g),)
    """,
    "a constant of a nested function": """
        def rule(p, g, lr):
            def inner(x): return x * {}
            return (p - inner(g),)
    """,
    "a constant of a function nested twice": """
        def helper(x):
            def outer(y):
                return (lambda z: z * {})(y)
            return outer(x)
        def rule(p, g, lr): return (p - helper(g),)
    """,
    "a global of a nested function": """
        F = {}
        def rule(p, g, lr):
            def inner(x): return x * F
            return (p - inner(g),)
    """,
    "a closure": """
        def made(f):
            def rule(p, g, lr): return (p - f * g,)
            return rule
        rule = made({})
    """,
    "a helper of a helper": """
        def second(x): return x * {}
        def first(x): return second(x)
        def rule(p, g, lr): return (p - first(g),)
    """,
    "a compiled helper": """
        @numba.njit
        def helper(x): return x * {}
        def rule(p, g, lr): return (p - helper(g),)
    """,
    "an array": """
        F = np.array([1.0, {}])
        def rule(p, g, lr): return (p - F[1] * g,)
    """,
    "one of two that call each other": """
        def first(x): return second(x) if x > {} else x
        def second(x): return first(x)
        def rule(p, g, lr): return (p - first(g),)
    """,
}


def made(source, value):
    names = {"numba": numba, "np": np, "__name__": "typed"}
    exec(textwrap.dedent(source).format(value), names)
    return names["rule"]


@pytest.mark.parametrize("what", SOURCES)
def test_it_sees(what):
    first, second = ("-", "+") if what == "an operation" else ("2.0", "3.0")
    described = fingerprint(made(SOURCES[what], first))
    assert described == fingerprint(made(SOURCES[what], first))
    assert described != fingerprint(made(SOURCES[what], second))


def test_it_sees_the_file(tmp_path):
    path = tmp_path / "rules.py"

    def read(text):
        path.write_text(text)
        names = {}
        exec(compile(path.read_text(), str(path), "exec"), names)
        return names["rule"]

    source = "def rule(p, g, lr): return (p - g,)\n"
    assert fingerprint(read(source)) == fingerprint(read(source))
    assert fingerprint(read(source)) != fingerprint(read(source + "F = 1\n"))


@pytest.mark.parametrize(
    "body", ["p - math.pi * g", "(lambda x: x * math.pi)(g)", "helper(g)"]
)
def test_attributes_of_other_modules_are_refused(body):
    source = "import math\ndef helper(x): return x * math.pi\n"
    names = {}
    exec(source + f"def rule(p, g, lr): return ({body},)", names)
    with pytest.raises(RuleError, match=r"attribute of the module `math`.*from math"):
        fuse(names["rule"], sgd.sgd_coefficients, ())


def test_numpy_is_known():
    names = {"np": np}
    exec("def rule(p, g, lr): return (p - np.sqrt(g) * np.pi,)", names)
    assert np.__version__ in fingerprint(names["rule"])


def test_a_changed_global_is_seen_in_the_same_process():
    rule = made(SOURCES["a global"], "2.0")
    first = fuse(rule, sgd.sgd_coefficients, ())
    assert fuse(rule, sgd.sgd_coefficients, ()) is first
    rule.__globals__["F"] = 3.0
    assert fuse(rule, sgd.sgd_coefficients, ()) is not first
