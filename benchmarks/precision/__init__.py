"""What few bits cost: the loss of twenty trainings, and the time of a step."""
