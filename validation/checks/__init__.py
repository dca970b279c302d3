"""Losses, layers and schedules against tf.keras, value by value."""
