"""How often a diagnosis is right, on set-ups whose faults are known."""
