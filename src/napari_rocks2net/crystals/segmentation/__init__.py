"""Segmentation of the crystals of an SEM image without a trained network."""

from napari_rocks2net.crystals.segmentation.segmenting import (
    SegmentationStopped,
    iterate_segmentation,
    segment_crystals,
)
from napari_rocks2net.crystals.segmentation.settings import SegmentationSettings
from napari_rocks2net.crystals.segmentation.warning import segmentation_warning

__all__ = [
    "SegmentationSettings",
    "SegmentationStopped",
    "iterate_segmentation",
    "segment_crystals",
    "segmentation_warning",
]
