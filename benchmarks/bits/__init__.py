"""Whether the same seed gives the same bits: `python -m benchmarks.bits`."""
