"""Learning rate schedules."""

SUITE = "schedule"


def bench_schedules(case, subject, time_subject):
    time_subject(case, subject)
