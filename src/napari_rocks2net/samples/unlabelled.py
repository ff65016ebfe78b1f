"""Target images: the unlabelled ones that a network is adapted to."""

from __future__ import annotations

from pathlib import Path

from napari_rocks2net.imaging import list_images
from napari_rocks2net.samples.table import SampleError


def target_images(folder: str | Path | None) -> list[str]:
    """List the unlabelled images of a training, to any depth of their folder and sorted by path.

    Parameters
    ----------
    folder : str or Path, optional
        None has no images.

    Raises
    ------
    SampleError
        When the folder is not there or holds no image.
    """
    if folder is None:
        return []
    if not Path(folder).is_dir():
        raise SampleError(f"The target {folder} is no folder; name the folder of the unlabelled images.")
    images = list_images(folder)
    if not images:
        raise SampleError(f"The target {folder} holds no image; put the unlabelled images there.")
    return [str(image) for image in images]
