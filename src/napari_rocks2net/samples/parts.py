"""Parts of a split: what they are called, and how large they are unless a person says otherwise."""

from __future__ import annotations

TRAIN, VALIDATION, TEST = "train", "validation", "test"
PARTS = (TRAIN, VALIDATION, TEST)
"""What the column ``split`` says, in the order in which parts are shown."""
PART_NAMES = {TRAIN: "training", VALIDATION: "validation", TEST: "test"}
"""What people call them."""
VALIDATION_SHARE, TEST_SHARE = 0.15, 0.2
"""Shares of the samples that are set aside."""
