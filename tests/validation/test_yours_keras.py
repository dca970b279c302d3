"""A user's own Keras optimizer against a user's own rule, with planted bugs."""

import re

import pytest

from optlab.errors import InputError
from optlab.optimizers import OPTIMIZERS
from optlab.validation.loading import load_object
from optlab.validation.yours import (
    check_yours,
    keras_factory,
    matched,
    rule_factory,
)

MODULE = """
import keras
import numpy as np
import optlab
from keras import ops


class Signum(keras.optimizers.Optimizer):
    sign, first = 1.0, 0

    def __init__(self, learning_rate=0.01, beta=0.9, **options):
        super().__init__(learning_rate=learning_rate, **options)
        self.beta = beta

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self._m = self.add_optimizer_variables(variables, "momentum")

    def update_step(self, gradient, variable, learning_rate):
        m = self._m[self._get_variable_index(variable)]
        rate = ops.cast(learning_rate, variable.dtype)
        self.assign(m, self.beta * m + self.momentum_part(gradient))
        step = ops.maximum(ops.minimum(m, 1.0), -1.0)
        self.assign_sub(variable, rate * self.sign * step)

    def momentum_part(self, gradient):
        return gradient

    def get_config(self):
        return {**super().get_config(), "beta": self.beta}


class TooFar(Signum):
    sign = 1.1


class Forgets(Signum):
    def momentum_part(self, gradient):
        return (1 - self.beta) * gradient


class Late(Signum):
    def momentum_part(self, gradient):
        later = ops.cast(self.iterations > 0, gradient.dtype)
        return gradient * (1 + 0.5 * later)


def rule(param, grad, momentum, one, learning_rate=0.01, beta=0.9):
    momentum = beta * momentum + grad
    return param - learning_rate * np.maximum(np.minimum(momentum, one), -one), momentum


class LateSync(Signum):
    def momentum_part(self, gradient):
        sync = ops.cast(ops.equal(self.iterations % 7, 6), gradient.dtype)
        return gradient * (1 + 0.5 * sync)


class BigEpsilon(Signum):
    def momentum_part(self, gradient):
        return gradient * gradient / (gradient + ops.sign(gradient) * 1e-7)


class TinyFactor(Signum):
    def momentum_part(self, gradient):
        return gradient * 1.0001


class Thirds(Signum):
    def momentum_part(self, gradient):
        return gradient * 1.7 / 1.7


class OtherName(Signum):
    def get_config(self):
        config = super().get_config()
        config["beta1"] = config.pop("beta")
        return config


made = optlab.rule(rule, slots=["momentum"], name="tanh_rule_of_a_test")


def disordered(param, grad, learning_rate, momentum, beta=0.9):
    return param, momentum


def no_slots(param):
    return (param,)


class NeedsArguments(keras.optimizers.SGD):
    def __init__(self, needed):
        super().__init__()


number = 3
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    path = tmp_path_factory.mktemp("yours") / "mine_to_check.py"
    path.write_text(MODULE)
    before = set(OPTIMIZERS)
    yield str(path)
    for name in set(OPTIMIZERS) - before:
        del OPTIMIZERS[name]


@pytest.mark.parametrize("rule", ["rule", "made"])
def test_what_agrees_passes(module, rule):
    results = list(check_yours(f"{module}:Signum", f"{module}:{rule}", None))
    assert len(results) == 10
    assert results[0].tolerance.exact and results[0].ulp == 0
    assert all(result.passed for result in results), [r.messages() for r in results]
    tensors = {c.where.tensor for result in results for c in result.comparisons}
    assert "momentum 1" in tensors


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        (
            "TooFar",
            r"slots \(momentum\) agree, .* parameter .* is 1.1 times the rule's",
        ),
        ("Forgets", "slot 'momentum' .* first step; .* is 0.1 times the rule's"),
        ("Late", "slot 'momentum' .* from step 2 on, while step 1 agrees"),
        ("LateSync", "slot 'momentum' .* from step 7 on, while step 6 agrees"),
        ("BigEpsilon", "slot 'momentum' .* With gradients near 1e-05 only"),
        ("TinyFactor", "slot 'momentum' .* first step; .* 0.01 %"),
    ],
)
def test_a_planted_bug_is_pointed_at(module, name, hint):
    first = next(check_yours(f"{module}:{name}", f"{module}:rule", None))
    assert not first.passed
    assert f"{name}, float32, eager, step" in first.messages()[0]
    assert re.search(hint, first.note), first.note


def test_a_looser_bound_can_be_asked_for(module):
    first = next(check_yours(f"{module}:TinyFactor", f"{module}:rule", 3))
    assert not first.passed and first.tolerance.ulp == 3
    strict, loose = (
        next(check_yours(f"{module}:Thirds", f"{module}:rule", loose=loose))
        for loose in (False, True)
    )
    assert strict.tolerance.exact and not strict.passed
    assert loose.passed and not loose.tolerance.exact


def test_names_that_do_not_match_are_told(module):
    found = matched(f"{module}:Signum", f"{module}:rule")
    assert (found.arguments, found.defaults, found.unused) == ({"beta": 0.9}, {}, [])
    assert found.lines() == ["Compared: the parameters, the slots momentum."]
    found = matched(f"{module}:OtherName", f"{module}:rule")
    assert (found.defaults, found.unused) == ({"beta": 0.9}, ["beta1"])
    text = " ".join(found.lines())
    assert "has no `beta`: the rule's default 0.9 is used" in text
    assert "Nothing in the rule is called beta1" in text


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no_colon", "MODULE:NAME"),
        ("no_such_module_anywhere:x", "Cannot import"),
        ("nowhere.py:x", "no file"),
        ("math:sinn", "Did you mean"),
    ],
)
def test_paths_that_lead_nowhere(path, message):
    with pytest.raises(InputError, match=message):
        load_object(path)


def test_what_is_no_optimizer_and_no_rule(module):
    for name, message in (
        ("number", "Optimizer subclass"),
        ("NeedsArguments", "without arguments"),
        ("rule", "callable without arguments|must make"),
    ):
        with pytest.raises(InputError, match=message):
            keras_factory(f"{module}:{name}")
    for name, message in (
        ("number", "must be an update rule"),
        ("Signum", "must be an update rule"),
        ("disordered", "slots right after"),
        ("no_slots", "must take"),
    ):
        with pytest.raises(InputError, match=message):
            rule_factory(f"{module}:{name}")
