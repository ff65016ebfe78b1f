"""Parts of a split: what they are called, and how large they are unless a person says otherwise."""

from __future__ import annotations

PARTS = ("train", "validation", "test")
"""What the column ``split`` says, in the order in which parts are shown."""
PART_NAMES = {"train": "training", "validation": "validation", "test": "test"}
"""What people call them."""
VALIDATION_SHARE, TEST_SHARE = 0.15, 0.2
"""Shares of the samples that are set aside."""
