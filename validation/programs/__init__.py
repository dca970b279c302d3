"""Programs that people have: run up to their first fit, read, rerun in tf.keras."""
