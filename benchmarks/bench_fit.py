"""Training on digits and on 100,000 rows."""

SUITE = "fit"


def bench_fit(case, subject, time_subject):
    time_subject(case, subject)
