"""Update rules: pure functions that run on NumPy arrays and inside fused loops."""
