from .segmenting import (
    SegmentationStopped,
    iterate_segmentation,
    segment_crystals,
)
from .settings import SegmentationSettings
from .warning import segmentation_warning

__all__ = [
    "SegmentationSettings",
    "SegmentationStopped",
    "iterate_segmentation",
    "segment_crystals",
    "segmentation_warning",
]
