"""Split of annotated crystals by SEM image, or by crystal where there are too few."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from napari_rocks2net.crystals.errors import CrystalError

if TYPE_CHECKING:
    from napari_rocks2net.samples import SampleTable

FEWEST_OF_A_CLASS = 2


def split_crystals(
    samples: SampleTable, validation: float = 0.15, test: float = 0.2, seed: int = 0
) -> SampleTable:
    """Split named crystals by SEM image, and by crystal only where there are too few images for that.

    Crystals of one image resemble each other (the same grains, charge and focus), so a split by crystal
    flatters a model. It is the last resort, for a first model from one image; nothing is held out for a test
    then, and the ``group`` of each sample is a crystal.

    Parameters
    ----------
    samples : SampleTable
        From `crystal_samples`.
    validation, test : float
        The wanted shares of the crystals.
    seed : int
        The same seed and samples give the same split.

    Returns
    -------
    SampleTable
        With the column ``split``; see `split_by_image`.

    Raises
    ------
    CrystalError
        When there is one class only, or a class with a single crystal.
    SampleError
        When the shares are impossible.
    """
    from napari_rocks2net.samples import SampleError, split_samples

    _check(samples)
    for share in (test, 0.0):
        try:
            return split_samples(samples, validation, share, seed)
        except SampleError:
            continue
    return split_samples(_by_crystal(samples), validation, 0.0, seed)


def split_by_image(samples: SampleTable) -> bool:
    """Tell whether `split_crystals` could keep the crystals of each image together."""
    groups = samples.frame["group"]
    return bool((groups != samples.frame["image"]).sum() == 0) if "image" in samples.frame else True


def describe_split(samples: SampleTable) -> str:
    """Say in one sentence how crystals are split, for the card of a model and for people."""
    frame = samples.frame
    images = frame["image"] if "image" in frame else frame["group"]
    count = images.nunique()
    crystals = f"{len(frame)} crystals of {count} SEM image{'s' if count > 1 else ''}"
    if split_by_image(samples):
        return f"{crystals}, split by image"
    return f"{crystals}, checked on other crystals of the same images, which flatters the figures"


def _by_crystal(samples: SampleTable) -> SampleTable:
    frame = samples.frame
    crystals = [f"{group}, crystal {number}" for number, group in enumerate(frame["group"], start=1)]
    return replace(samples, frame=frame.assign(image=frame["group"], group=crystals))


def _check(samples: SampleTable) -> None:
    named = samples.only
    if len(named.classes) < 2:
        raise CrystalError(
            f"All named crystals are {named.classes[0]!r}: name crystals of another class too."
        )
    counts = samples.frame[named.name].value_counts()
    if counts.min() < FEWEST_OF_A_CLASS:
        raise CrystalError(
            f"The class {counts.idxmin()!r} has one crystal only: name another one, or leave the class out."
        )
