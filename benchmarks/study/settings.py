"""Random settings of every optimizer on the study page, and what the library makes."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.study import StudyPage
from optlab.study.powers import exceptions, hexadecimal
from optlab.study.study_page import DTYPES, ended
from optlab.study.tracing import traced

#: Ranges of 10**u from which numbers are drawn, by what they are called.
_EXPONENTS = {"epsilon": (-9, 0), "weight_decay": (-4, 0), "learning_rate": (-4, 0)}


def random_settings(
    page: StudyPage, count: int, steps: int, seed: int = 0
) -> list[dict[str, Any]]:
    """Draw `count` settings of every optimizer, alternately float64 and float32."""
    rng = np.random.default_rng(seed)
    exact = [k for k, each in enumerate(page.problems) if traced(each)[1]]
    found = []
    for o, entry in enumerate(page.catalogue.entries):
        for k in range(count):
            p = int(rng.choice(exact))
            bounds = page.problems[p].bounds
            found.append(
                {
                    "optimizer": o,
                    "problem": p,
                    "dtype": DTYPES[k % 2],
                    "start": rng.uniform(bounds[:, 0], bounds[:, 1]).tolist(),
                    "steps": steps,
                    "gradients": _gradients(rng, steps),
                    "rate": _drawn(rng, "learning_rate", None),
                    "numbers": {
                        each["name"]: _drawn(rng, each["name"], each)
                        for each in entry["numbers"]
                    },
                }
            )
    return found


def _gradients(rng: np.random.Generator, steps: int) -> list[float]:
    """Draw gradients of either sign over many powers of ten."""
    return (rng.choice([-1, 1], steps) * 10 ** rng.uniform(-5, 3, steps)).tolist()


def _drawn(rng: np.random.Generator, name: str, each: Any) -> Any:
    if each is not None and each["whole"]:
        return int(rng.integers(each.get("low", 0), 20))
    if name in _EXPONENTS:
        return float(10 ** rng.uniform(*_EXPONENTS[name]))
    if each is not None and each.get("high") == 1:
        return float(1 - 10 ** rng.uniform(-4, -0.05))
    low = each.get("low", 0.0) if each is not None else 0.0
    drawn = low + float(10 ** rng.uniform(-3, 1))
    most = each.get("high", np.inf) if each is not None else np.inf
    return drawn if drawn <= most else float(rng.uniform(low, most))


def listed_powers(settings: list[dict[str, Any]], steps: int) -> dict[str, Any]:
    """Return the powers of all betas drawn that the C library rounds its own way."""
    bases = {
        value
        for setting in settings
        for name, value in setting["numbers"].items()
        if name.startswith("beta") and 0 < value < 1
    }
    return {dtype: exceptions(bases, steps + 1, dtype) for dtype in DTYPES}


def library(page: StudyPage, setting: dict[str, Any], engine: str) -> dict[str, Any]:
    """Return where the library ends with a setting."""
    problem = page.problems[setting["problem"]]
    given = setting["start"], setting["steps"], setting["dtype"], engine
    return ended(problem, made(page, setting), *given)


def made(page: StudyPage, setting: dict[str, Any]) -> Any:
    """Return the library's optimizer of a setting."""
    variant = page.catalogue.variants[setting["optimizer"]]
    arguments = {**variant.arguments, **setting["numbers"]}
    return type(variant.optimizer)(learning_rate=setting["rate"], **arguments)


def stepped(page: StudyPage, setting: dict[str, Any]) -> list[str]:
    """Return the bits of parameter and state after the setting's gradients."""
    optimizer = made(page, setting)
    optimizer.engine = "numpy"
    param = np.array(setting["start"][:1], setting["dtype"])
    grads = np.array(setting["gradients"], setting["dtype"])
    optimizer.build([param])
    for grad in grads:
        optimizer.apply([grad[None]])
    slots = [optimizer.state[name][0] for name in optimizer.rule.slots]
    return [hexadecimal(float(each[0])) for each in (param, *slots)]


#: The page's answers to settings: of whole runs, and of given gradients. `Fs` and the
#: like are those of main.js.
RUN = """(settings) => settings.map((s) => {
  const run = minimize(checkProblems[s.dtype][s.problem], DATA.optimizers[s.optimizer],
    { rate: s.rate, numbers: s.numbers, as: "keras" }, rulesBy[s.dtype], Fs[s.dtype],
    s.start, s.steps);
  const at = [run.x, run.y, run.f].map((v) => hexOf(v[run.last]));
  return { last: run.last, bits: at };
})"""
STEP = """(settings) => settings.map((s) => {
  const F = Fs[s.dtype], stepper = new Stepper(DATA.optimizers[s.optimizer],
    { rate: s.rate, numbers: s.numbers, as: "keras" }, rulesBy[s.dtype], F);
  let at = stepper.begin(F(s.start[0]));
  for (const g of s.gradients) {
    stepper.once();
    at = stepper.each(at, F(g));
  }
  return at.map(hexOf);
})"""
