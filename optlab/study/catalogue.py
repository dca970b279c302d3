"""What the study page holds of each optimizer: rules, slots, numbers, ranges."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.kernels.rules.weight_decay import decay_weights
from optlab.optimizers import RuleOptimizer
from optlab.optimizers.beyond.formula_optimizer import (
    REST,
    FormulaOptimizer,
    numbers_of,
)
from optlab.optimizers.hyperparameters import (
    Flag,
    Integer,
    Number,
    float32_rounded,
)
from optlab.optimizers.table import TABLE
from optlab.study.frameworks import BEGIN, WRITTEN
from optlab.study.translate import Translator, UntranslatableError, lines_of

#: What a slot begins with when it begins with the parameter.
PARAM = "param"
#: The momentum of those that are made with one.
_MOMENTUM = 0.9


@dataclass(frozen=True)
class Variant:
    """One rule of one optimizer, with what selects it.

    Attributes
    ----------
    name : str
        The optimizer's name in files.
    label : str
        What it is called on the page.
    arguments : dict
        The arguments that select the rule, besides the defaults.
    optimizer : RuleOptimizer
        Made with them.
    """

    name: str
    label: str
    arguments: dict[str, Any]
    optimizer: RuleOptimizer


@dataclass
class Catalogue:
    """The variants that could be translated, and why others could not.

    Attributes
    ----------
    variants : list of Variant
        In the page's order.
    entries : list of dict
        What the page is told of each, in the same order.
    left_out : dict of str to str
        Name -> reason.
    translator : Translator
        Holds the JavaScript of their functions.
    """

    variants: list[Variant] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    translator: Translator = field(default_factory=Translator)

    def add(self, variant: Variant) -> None:
        """Translate one, or note why that is impossible."""
        if not variant.optimizer.rule.elementwise:
            self.left_out[variant.name] = "its rule needs the norm of a whole tensor"
            return
        if variant.optimizer.estimate is not None:
            self.left_out[variant.name] = "its rate is estimated from all parameters"
            return
        try:
            entry = _entry(variant, self.translator)
        except UntranslatableError as error:
            self.left_out[variant.name] = str(error)
            return
        self.variants.append(variant)
        self.entries.append(entry)


def catalogue(classes: dict[str, type[RuleOptimizer]]) -> Catalogue:
    """Return what the page holds of these optimizers."""
    found = Catalogue()
    for name, cls in classes.items():
        for variant in variants(name, cls):
            found.add(variant)
    return found


def variants(name: str, cls: type[RuleOptimizer]) -> list[Variant]:
    """Return one variant for every rule that the arguments of a class select."""
    switches: list[list[tuple[str, Any]]] = []
    for key, each in cls.hyperparameters.items():
        if isinstance(each, Flag):
            switches.append([(key, False), (key, True)])
        elif key == "momentum" and each.default == 0:
            switches.append([(key, 0.0), (key, _MOMENTUM)])
    made: dict[Any, Variant] = {}
    for chosen in itertools.product(*switches):
        arguments = dict(chosen)
        try:
            optimizer = cls(**arguments)
        except InputError:
            continue
        rule = optimizer.rule
        if (rule.function, rule.slots) in made:
            continue
        shown = [key for key, value in chosen if value]
        label = " ".join([cls.__name__, *shown]).replace("_", " ")
        made[rule.function, rule.slots] = Variant(name, label, arguments, optimizer)
    return list(made.values())


def _entry(variant: Variant, translator: Translator) -> dict[str, Any]:
    optimizer, cls = variant.optimizer, type(variant.optimizer)
    rule = optimizer.rule
    known = TABLE.get(variant.name)
    numbers = {k: v for k, v in cls.hyperparameters.items() if _slides(k, v, variant)}
    renewed = None
    if cls.renewed is not None:
        renewed = translator.function(cls.renewed)
    decays = optimizer.options.weight_decay is not None
    states = {
        key: {"name": key, "value": vars(optimizer)[key], **_range(each)}
        for key, each in numbers.items()
    }
    attributes = {
        name: value
        for base in reversed(cls.__mro__)
        for name, value in vars(base).items()
        if name.startswith("_") and isinstance(value, float)
    }
    return {
        "name": variant.name,
        "label": variant.label,
        "className": cls.__name__,
        "arguments": variant.arguments,
        "summary": (inspect.getdoc(cls) or "").split("\n")[0],
        "rate": float(known.usual_rate if known else cls.default_rate),
        "byRate": bool(known and known.by_rate),
        "numbers": list(states.values()),
        "attributes": attributes,
        "slots": list(rule.slots),
        "slotNames": _parameters(rule.function)[2 : 2 + len(rule.slots)],
        "initial": _initial(optimizer),
        "hyper": _hyper(cls, rule, translator),
        "renewed": renewed,
        "decay": translator.function(decay_weights) if decays else None,
        "written": _frameworks(rule, translator),
        "differ": _difference(rule.function),
    }


def _hyper(cls: type[RuleOptimizer], rule: Any, translator: Translator) -> str:
    """Translate what the coefficients take; by their names for those that say so."""
    if cls.hyper is not FormulaOptimizer.hyper:
        return translator.function(cls.hyper)
    values = [
        f"1.0 - self.{name.removeprefix(REST)}"
        if name.startswith(REST)
        else f"Number(self.{name})"
        for name in numbers_of(rule.coefficients)
    ]
    made = f"hyper_of_{rule.coefficients.__name__}"
    text = f"function {made}(self) {{\n  return [{', '.join(values)}];\n}}"
    translator.sources[made] = text
    return made


def _frameworks(rule: Any, translator: Translator) -> dict[str, Any]:
    """Return the rule as tf.keras, torch and the paper write it."""
    name = rule.function.__name__
    forms = {"keras": (rule.function, None), **WRITTEN.get(name, {})}
    found = {}
    for framework, (function, given) in forms.items():
        coefficients = given or rule.coefficients
        found[framework] = {
            "each": _each(function, len(rule.slots), translator),
            "coefficients": _coefficients(coefficients, translator),
            "names": _parameters(function),
            "coefficientNames": _parameters(coefficients),
            "lines": [*_lines(coefficients), *lines_of(function)],
            "initial": {} if framework == "keras" else BEGIN.get(name, {}),
        }
    return found


def _each(function: Any, slots: int, translator: Translator) -> str:
    """Write the call of a rule with slots and coefficients in two arrays."""
    rule = translator.function(function, noted=True)
    count = len(_parameters(function)) - 2 - slots
    taken = [
        "param",
        "grad",
        *(f"at[{k + 1}]" for k in range(slots)),
        *(f"values[{k}]" for k in range(count)),
        "note",
    ]
    head = f"function each_{rule}(param, grad, at, values, note)"
    text = f"{head} {{\n  return {rule}({', '.join(taken)});\n}}"
    translator.sources[f"each_{rule}"] = text
    return f"each_{rule}"


def _coefficients(function: Any, translator: Translator) -> str:
    """Translate coefficients; those of a rule of one's own just hand them on."""
    try:
        return translator.function(function, noted=True)
    except UntranslatableError:
        names = _parameters(function)
        if function.__name__ != "pass_on":
            raise
        text = ", ".join(function(*names))
        name = f"pass_on_{len(translator.sources)}"
        head = f"function {name}({', '.join(names)})"
        translator.sources[name] = f"{head} {{\n  return [{text}];\n}}"
        return name


def _lines(function: Any) -> list[list[str]]:
    try:
        return lines_of(function)
    except UntranslatableError:
        return []


def _initial(optimizer: RuleOptimizer) -> list[Any]:
    """Return what each slot begins with: a number, an argument, or `PARAM`.

    An argument is its name, and whether it is rounded to float32 first.
    """
    start = np.array([2.5, -1.5])
    fresh = type(optimizer).from_config(optimizer.get_config())
    fresh.build([start])
    found: list[Any] = []
    for name in optimizer.rule.slots:
        state = fresh.state[name][0]
        if np.array_equal(state, start):
            found.append(PARAM)
        else:
            value = float(state[0])
            given = [
                {"name": key, "float32": value != vars(optimizer)[key]}
                for key in optimizer.arguments
                if key.startswith("initial_")
                and value
                in (vars(optimizer)[key], float32_rounded(vars(optimizer)[key]))
                and value != 0
            ]
            found.append(given[0] if given else value)
    return found


def _slides(key: str, each: Any, variant: Variant) -> bool:
    """Whether an argument is a number that leaves the rule what it is."""
    if not isinstance(each, (Number, Integer)) or vars(variant.optimizer)[key] is None:
        return False
    return not (key == "momentum" and vars(variant.optimizer)[key] == 0)


def _range(each: Any) -> dict[str, Any]:
    if isinstance(each, Integer):
        return {"low": each.least, "high": each.most, "interval": "[]", "whole": True}
    low, high = (float(end) for end in each.interval[1:-1].split(","))
    interval = each.interval[0] + each.interval[-1]
    finite = {"low": low, "high": high}
    return {k: v for k, v in finite.items() if np.isfinite(v)} | {
        "interval": interval,
        "whole": False,
    }


def _difference(function: Any) -> str:
    """Return what the rule's module says of tf.keras, torch and the paper."""
    module = inspect.getmodule(function)
    text = inspect.getdoc(module) or ""
    paragraphs: Sequence[str] = text.partition("\nReferences\n")[0].split("\n\n")
    told = [p for p in paragraphs if "torch" in p or "optax" in p]
    return " ".join(" ".join(told).split()).replace(":math:", "").replace("`", "")


def _parameters(function: Any) -> list[str]:
    return list(inspect.signature(getattr(function, "py_func", function)).parameters)
