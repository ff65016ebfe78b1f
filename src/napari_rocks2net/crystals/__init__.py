"""SEM crystals: segment them, measure them, score a segmentation."""

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.crystals.info_bar import find_info_bar
from napari_rocks2net.crystals.measure import measure_crystals, unit_of
from napari_rocks2net.crystals.overlay import draw_outlines
from napari_rocks2net.crystals.pixel_size_files import read_pixel_size
from napari_rocks2net.crystals.scale import PixelSize
from napari_rocks2net.crystals.scores import InstanceScores, score_crystals
from napari_rocks2net.crystals.segmentation import SegmentationStopped, segment_crystals, segmentation_steps
from napari_rocks2net.crystals.settings import SegmentationSettings

__all__ = [
    "CrystalError",
    "InstanceScores",
    "PixelSize",
    "SegmentationSettings",
    "SegmentationStopped",
    "draw_outlines",
    "find_info_bar",
    "measure_crystals",
    "read_pixel_size",
    "score_crystals",
    "segment_crystals",
    "segmentation_steps",
    "unit_of",
]
