"""Planted faults, and who notices them."""
