"""A dense layer, forward and backward."""

SUITE = "dense"


def bench_dense(case, subject, time_subject):
    time_subject(case, subject)
