"""Find the crystals of an SEM image without a trained network."""

from napari_rocks2net.crystals.segmentation.doubt import doubt_about
from napari_rocks2net.crystals.segmentation.segmenting import (
    SegmentationStopped,
    segment_crystals,
    segmentation_steps,
)
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings

__all__ = [
    "SegmentationSettings",
    "SegmentationStopped",
    "doubt_about",
    "segment_crystals",
    "segmentation_steps",
]
