"""Many trainings of one small network: lock step, one by one, jax.vmap."""

SUITE = "sweep"


def bench_sweep(case, subject, time_subject):
    time_subject(case, subject)
