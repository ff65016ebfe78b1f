"""Parts of a split: what they are called, and how large they are unless a person says otherwise."""

from __future__ import annotations

from napari_rocks2net.samples.errors import SampleError

TRAIN, VALIDATION, TEST = "train", "validation", "test"
PARTS = (TRAIN, VALIDATION, TEST)
"""What the column ``split`` says, in the order in which parts are shown."""
PART_NAMES = {TRAIN: "training", VALIDATION: "validation", TEST: "test"}
"""What people call them."""
PART_WORDS = frozenset(
    {"train", "training", "trainval", "val", "valid", "validation", "dev", "test", "testing", "holdout"}
)
"""What other programs call them."""
VALIDATION_SHARE, TEST_SHARE = 0.15, 0.2
"""Shares of the samples that are set aside."""


def check_shares(validation: float, test: float) -> None:
    """Refuse shares of the validation and the test part that leave nothing to train on.

    Parameters
    ----------
    validation, test : float
        Shares of the samples, 0..1.

    Raises
    ------
    SampleError
        When validation is not above 0, test below 0, or their sum not below 1.
    """
    # Each first: whole numbers of hundreds of digits have no sum with a float.
    if not (0 < validation < 1 and 0 <= test < 1 and validation + test < 1):
        raise SampleError(
            f"The shares validation={validation} and test={test} leave no room; "
            "validation must be above 0, test at least 0 and their sum below 1."
        )
