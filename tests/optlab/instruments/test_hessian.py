"""Hessian products against TensorFlow's explicit Hessian, and what falls back."""
