"""Training convolutional and recurrent networks."""

SUITE = "layers"


def bench_layers(case, subject, time_subject):
    time_subject(case, subject)
