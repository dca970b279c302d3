"""Losses with their gradients."""

SUITE = "loss"


def bench_losses(case, subject, time_subject):
    time_subject(case, subject)
