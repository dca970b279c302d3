"""Adam steps on 1, 2 and all threads."""

SUITE = "threads"


def bench_threads(case, subject, time_subject):
    time_subject(case, subject)
