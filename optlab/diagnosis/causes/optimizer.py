"""Causes that lie in the optimizer and in the length of the training."""

from __future__ import annotations

from optlab.diagnosis import edits
from optlab.diagnosis.causes.base import Suspicion, cause, graded
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.watch import Watch
from optlab.optimizers import TABLE

#: Curvature at the first step over what the rate can bear (Cohen et al. 2021, 2022):
#: training can begin, and live, a little above 1. Shipped experiments are at 1.44 at
#: most, and at 3.6 and more with rates that are too high for them.
_SHARP = 2.0


def usual_rate(facts: Facts) -> float:
    """Return a rate that is seldom wrong for this optimizer."""
    name = facts.optimizer_name
    if name == "sgd" and facts.optimizer.get("momentum"):
        return 0.01
    return TABLE[name].usual_rate if name in TABLE else 1e-3


@cause(
    "opt.lr_too_high",
    definition="The learning rate is above what the curvature of the loss allows.",
    symptom="The loss goes up, swings, or is NaN; relu units die in the first steps.",
    cure="A rate ten times lower, or one that falls.",
)
def lr_too_high(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the rate with the usual one, and look at how the loss moves."""
    over = facts.rate / usual_rate(facts)
    momentum = float(facts.optimizer.get("momentum") or 0.0)
    if facts.optimizer_name == "sgd" and momentum:
        over *= 0.1 / (1 - min(momentum, 0.99))
    weight = graded(over, (1.9, 0.5), (4, 0.66), (9, 0.76), (19, 0.86), (90, 0.92))
    signs = watch.diverged or watch.restless or watch.constant
    weight = max(weight, 0.3) if signs else weight * 0.8
    if facts.rate <= 0 or not (weight or signs):
        return None
    usual = usual_rate(facts)
    cures = [edits.rate(facts.rate / 10), edits.rate(facts.rate / 100)]
    if facts.rate > usual and usual not in (facts.rate / 10, facts.rate / 100):
        cures.insert(1, edits.rate(usual))
    evidence = {"rate": facts.rate, "usual": usual, "diverged": watch.diverged}
    if watch.sharpness > _SHARP:
        evidence["first_sharpness_over_limit"] = watch.sharpness
    return Suspicion(weight, evidence, cures)


@cause(
    "opt.lr_too_low",
    definition="The learning rate is so low that the weights hardly move.",
    symptom="The loss falls, but at a crawl; it looks like a plateau.",
    cure="A rate ten or a hundred times higher.",
)
def lr_too_low(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the rate with the usual one, and look at how far weights move."""
    if facts.rate <= 0 or watch.diverged:
        return None
    under = usual_rate(facts) / facts.rate
    if facts.optimizer_name == "sgd":
        under /= 4
    weight = graded(under, (4, 0.5), (9, 0.68), (90, 0.86), (900, 0.93))
    crawl = facts.updates * watch.update_ratio
    if crawl < 0.1:
        weight = max(weight, 0.5)
    cures = [edits.rate(facts.rate * factor) for factor in (10, 100)]
    if under > 1:
        cures.insert(0, edits.rate(usual_rate(facts)))
    evidence = {
        "rate": facts.rate,
        "usual": usual_rate(facts),
        "update_to_weight": watch.update_ratio,
    }
    return Suspicion(max(weight, 0.2), evidence, cures)


@cause(
    "opt.lr_negative",
    definition="The learning rate is negative or 0.",
    symptom="The loss rises from the first step, or does not move at all.",
    cure="A positive rate.",
)
def lr_negative(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look at the sign of the rate."""
    if facts.rate > 0 or isinstance(facts.optimizer.get("learning_rate"), dict):
        return None
    value = -facts.rate if facts.rate < 0 else usual_rate(facts)
    cures = [edits.rate(value), edits.rate(usual_rate(facts))]
    return Suspicion(1.0, {"rate": facts.rate}, cures)


@cause(
    "opt.schedule",
    definition="The schedule takes the rate away before the model has learned.",
    symptom="The loss falls for a few steps and is then flat for good.",
    cure="A slower schedule, or a constant rate.",
)
def schedule(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look at what is left of the rate after a tenth and after half of the steps."""
    from optlab.callbacks import get as known

    found = facts.schedule
    callbacks = [
        c
        for c in facts.tree.get("training", {}).get("callbacks", ())
        if "rate" in str(c) or "plateau" in str(c)
    ]
    if found is None:
        if not callbacks:
            return None
        for one in callbacks:
            known(one)
        cures = [edits.setting("training", callbacks=None)]
        return Suspicion(0.5, {"callbacks": len(callbacks)}, cures)
    best = max(abs(found(k)) for k in {0, facts.updates // 20, facts.updates // 10})
    half = abs(found(facts.updates // 2))
    tenth = abs(found(facts.updates // 10))
    left = half / best if best > 0 else 0.0
    weight = 0.4
    if left < 0.05:
        weight = 0.8
    if left < 1e-3 or (best and tenth / best < 1e-2):
        weight = 0.95
    if best > 30 * usual_rate(facts):
        weight = max(weight, 0.6)
    evidence = {"rate_at_first": facts.rate, "left_at_half": left}
    cures = [edits.rate(best or usual_rate(facts)), edits.rate(usual_rate(facts))]
    return Suspicion(weight, evidence, cures)


@cause(
    "opt.clip_too_small",
    definition="Gradients are clipped to far below their size.",
    symptom="Every step has the same tiny length; the loss falls by a hair.",
    cure="A bound near the usual norm of the gradients, about 1, or none.",
)
def clip_too_small(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the bound with the size of gradients."""
    names = ("clipnorm", "clipvalue", "global_clipnorm")
    bounds = [facts.optimizer[n] for n in names if facts.optimizer.get(n)]
    if not bounds:
        return None
    weight = graded(1 / max(min(bounds), 1e-300), (1.5, 0.3), (9, 0.5), (90, 0.93))
    if facts.optimizer_name in TABLE and TABLE[facts.optimizer_name].by_rate:
        weight *= 0.6
    if not weight:
        return None
    taken_away = {name: None for name in names}
    cures = [edits.setting("optimizer", **taken_away)]
    return Suspicion(weight, {"bound": min(bounds)}, cures)


@cause(
    "opt.too_few_updates",
    definition="Training ends before the weights have got anywhere.",
    symptom="The loss is still falling when it stops.",
    cure="More epochs, or smaller batches.",
)
def too_few_updates(facts: Facts, watch: Watch) -> Suspicion | None:
    """Count the updates, and look whether the loss was still falling."""
    few = graded(1 / max(facts.updates, 1), (1 / 600, 0.4), (1 / 250, 0.62))
    if facts.updates <= 60:
        few = 0.82
    elif facts.updates <= 120:
        few = 0.74
    weight = few + (0.05 if few and watch.still_falling else 0.0)
    if watch.diverged and not few:
        return None
    cures = []
    if facts.batch_size > 64:
        cures.append(edits.setting("training", batch_size=32))
    for factor in (5, 20) if facts.updates <= 400 else (5,):
        updates = min(factor * max(facts.updates, 60), facts.updates + 15_000)
        cures.append(edits.length(facts.steps_per_epoch, updates))
    if facts.batch_size > 64:
        small = -(-facts.rows // 32)
        cures.append(
            edits.all_of(
                edits.setting("training", batch_size=32),
                edits.length(small, max(2000, small * (facts.updates // small))),
            )
        )
    evidence = {"updates": facts.updates, "still_falling": watch.still_falling}
    return Suspicion(max(weight, 0.25), evidence, cures)


@cause(
    "opt.noisy_updates",
    definition="Batches so small that the gradient is mostly noise at this rate.",
    symptom="The loss jumps about a level that is too high, and never settles.",
    cure="Larger batches, or a lower rate.",
)
def noisy_updates(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for batches of a few rows, worse with momentum."""
    size = facts.batch_size
    if size > 8 or facts.rows < 4 * size or facts.rows < 40:
        return None
    weight = {1: 0.55, 2: 0.5}.get(size, 0.35)
    hot = facts.rate / usual_rate(facts) >= 0.99
    momentum = float(facts.optimizer.get("momentum") or 0.0) >= 0.8
    if size <= 2 and (momentum or facts.rate / usual_rate(facts) > 4):
        weight = 0.88
    elif size <= 4 and (momentum or hot):
        weight += 0.1
    cures = [
        edits.setting("training", batch_size=32),
        edits.all_of(
            edits.setting("training", batch_size=16), edits.rate(facts.rate / 3)
        ),
    ]
    return Suspicion(weight, {"batch_size": size, "rate": facts.rate}, cures)
