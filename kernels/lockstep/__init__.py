"""Train many small dense models together, one model in each SIMD lane."""
