"""Whole runs: an experiment and its twin, step by step."""
