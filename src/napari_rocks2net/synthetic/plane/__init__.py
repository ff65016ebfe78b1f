"""Plane that sections lie in, without an end: windows, lattices, noise and position-based random numbers."""
