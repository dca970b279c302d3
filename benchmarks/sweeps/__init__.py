"""What many trainings at once cost: time, memory, and looking at what was kept."""
