"""What it costs to give chunks of work to worker processes."""
