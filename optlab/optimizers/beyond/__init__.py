"""Optimizers that tf.keras lacks, by what they change, with their authors' defaults.

Relatives of Adam: `denominators`, `numerators`, `torch_forms`, `adamp`. `momentum`:
relatives of SGD. `signs`: those that look at signs alone. `layerwise`: those that
measure whole tensors. `factored`: Adafactor's. `estimated`, `prodigy`, `dadapt`: those
that estimate their rate from all tensors.
"""
