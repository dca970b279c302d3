"""Faults: commands that are killed, interrupted or starved, and what they lose."""
