"""Imports, and compiling with a cold and a warm cache."""

SUITE = "compile"


def bench_startup(case, subject, time_subject):
    time_subject(case, subject)
