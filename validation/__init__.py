"""The only code that imports TensorFlow: twins, parity, and what TensorFlow does."""
