"""Learning rate schedules at their edges."""

from __future__ import annotations

from optlab.validation.behaviours.catalogue import Figures, behaviour


@behaviour(rates=[1.0, 1.0, 0.5])
def piecewise_boundary_is_inclusive() -> Figures:
    """PiecewiseConstantDecay still uses the old value at its boundary.

    The interval is step <= boundary. boundaries=[100] changes the rate for the 102nd
    batch, the one with step 101.
    """
    import keras

    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([10], [1.0, 0.5])
    return {"rates": [float(schedule(step)) for step in (9, 10, 11)]}


@behaviour(parameter=0.0)
def first_update_uses_step_zero() -> Figures:
    """Schedules start at step 0: a warm-up from 0 wastes the first update.

    The n-th batch is trained with schedule(n - 1).
    """
    import keras

    warm = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=10, warmup_target=1.0, warmup_steps=10
    )
    x = keras.Variable(0.0)
    keras.optimizers.SGD(warm).apply([keras.ops.ones(())], [x])
    return {"parameter": float(x.numpy())}


@behaviour(without_target=1.0, with_target=0.0)
def warmup_needs_a_target() -> Figures:
    """CosineDecay ignores warmup_steps unless warmup_target is given too.

    There is no warm-up and no message; give both arguments.
    """
    import keras

    cosine = keras.optimizers.schedules.CosineDecay
    return {
        "without_target": float(cosine(1.0, 100, warmup_steps=10)(0)),
        "with_target": float(cosine(0.0, 100, warmup_target=1.0, warmup_steps=10)(0)),
    }


@behaviour(rate_at_10=1.0, rate_at_81910=0.0)
def cosine_restart_is_missed() -> Figures:
    """CosineDecayRestarts can miss a restart: its period comes from a float32 log.

    CosineDecayRestarts finds its period with a float32 logarithm; for
    first_decay_steps=10, t_mul=2 it returns 0 at step 81910, where it should
    restart. A step or two near late restarts may have the wrong rate; long runs
    should not depend on the exact restart step.
    """
    import keras

    schedule = keras.optimizers.schedules.CosineDecayRestarts(1.0, 10, m_mul=1.0)
    return {
        "rate_at_10": float(schedule(10)),
        "rate_at_81910": float(schedule(81910)),
    }


@behaviour(exponential=0.0009766, inverse=0.1667, polynomial=0.25, cosine=0.25)
def what_decay_steps_means() -> Figures:
    """decay_steps is a time constant in two schedules, a duration in two others.

    InverseTimeDecay and ExponentialDecay never reach an end: PolynomialDecay and
    CosineDecay stay at their last value after decay_steps. decay_steps is a time
    constant in the first pair and a duration in the second.
    """
    import keras

    schedules = keras.optimizers.schedules
    return {
        "exponential": float(schedules.ExponentialDecay(1.0, 100, 0.5)(1000)),
        "inverse": float(schedules.InverseTimeDecay(1.0, 100, 0.5)(1000)),
        "polynomial": float(schedules.PolynomialDecay(1.0, 100, 0.25)(1000)),
        "cosine": float(schedules.CosineDecay(1.0, 100, alpha=0.25)(1000)),
    }


@behaviour(raises="TypeError")
def scheduled_rate_cannot_be_set() -> Figures:
    """With a schedule the rate cannot be set: assigning it raises TypeError.

    ReduceLROnPlateau and LearningRateScheduler do not work with a schedule.
    """
    import keras

    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    optimizer = keras.optimizers.SGD(decay)
    try:
        optimizer.learning_rate = 0.01
    except TypeError as error:
        return {"raises": type(error).__name__}
    return {"raises": "nothing"}
