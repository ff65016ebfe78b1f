"""Segmentation of the crystals of an SEM image without a trained network."""
