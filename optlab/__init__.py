"""A laboratory for first-order optimizers, checked against TensorFlow."""
