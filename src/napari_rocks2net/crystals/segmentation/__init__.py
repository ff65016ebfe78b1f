"""Find the crystals of an SEM image without a trained network."""

from napari_rocks2net.crystals.segmentation.segmenting import (
    SegmentationStopped,
    segment_crystals,
    segmentation_steps,
)
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.crystals.segmentation.warning import segmentation_warning

__all__ = [
    "SegmentationSettings",
    "SegmentationStopped",
    "segment_crystals",
    "segmentation_steps",
    "segmentation_warning",
]
