"""Descriptors of photos: texture and colour, activations of a backbone, and their cache."""
