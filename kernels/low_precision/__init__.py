"""Steps on numbers of 16 and 8 bits: loaded as float32, updated, and rounded."""
