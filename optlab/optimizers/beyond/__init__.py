"""Optimizers that tf.keras lacks, by what they change, with their authors' defaults.

Relatives of Adam: `denominators`, `numerators`, `torch_forms`, `adamp`. `momentum`:
relatives of SGD. `signs`: those that look at signs alone. `layerwise`: those that
measure whole tensors. `factored`, `timm_adafactor`: Adafactor's. `kronecker`: a matrix
for every axis. `torch_muon`: torch's Muon. `estimated`, `prodigy`, `dadapt`: those that
estimate their rate from all tensors. `lbfgs`: a search along Newton's direction.
Wrappers: `lookahead`, `cautious`, `swa`, and `sam`, which looks at the gradient twice.
"""
