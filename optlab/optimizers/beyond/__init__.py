"""Optimizers that tf.keras lacks, by family, with their authors' defaults.

`adaptive`: relatives of Adam. `momentum`: relatives of SGD. `signs`: those that look at
signs alone. `layerwise`: those that measure whole tensors. `factored`: Adafactor's.
"""
