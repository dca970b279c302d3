"""Numbers only: update rules, fused loops, losses, activations, sums, float mode."""
