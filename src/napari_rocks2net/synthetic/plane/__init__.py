"""The endless plane that sections lie in: windows, lattices, noise and position-based random numbers."""
