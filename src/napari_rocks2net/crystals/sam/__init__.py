"""Crystals by a Segment Anything Model: its automatic masks as a label image."""
