"""Optimizer steps: sizes, layouts, every optimizer, every option."""

SUITE = "step"


def bench_step(case, subject, time_subject):
    time_subject(case, subject)
