"""Settings of automatic mask generation by a Segment Anything Model."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.settings import Settings, document_settings, setting

SMALLEST_TILE = 64
_share = functools.partial(setting, within=(0, 1), step=0.01)


@document_settings
@dataclass(frozen=True)
class SamSettings(Settings, panel="Segmentation by SAM", error=CrystalError):
    """Settings of `SamSegmenter.segment`; the defaults are those of SAM's automatic mask generator.

    Source: Kirillov et al. 2023, arXiv 2304.02643, appendix D; github.com/facebookresearch/segment-anything.
    The tiles, and what happens to masks that contain others, touch the border or overlap, are ours.
    """

    points_per_side: int = setting(
        32,
        "Points of the grid that prompt the model, along each side of the image or tile; more find "
        "smaller crystals.",
        label="Points a side",
        within=(1, 512),
    )
    predicted_iou: float = _share(
        0.88, "Masks of which the model thinks less are dropped (predicted IoU).", label="Quality"
    )
    stability: float = _share(0.95, "Masks that change more than this when the threshold moves are dropped.")
    stability_offset: float = setting(
        1.0, "By how much the threshold moves for the stability, in logits.", within=(0, 100), step=0.01
    )
    box_nms: float = _share(
        0.7,
        "Of masks whose boxes overlap more than this (intersection over union), the best is kept.",
        label="Box overlap",
    )
    crop_layers: int = setting(
        0,
        "Layer i looks again at 2^i x 2^i overlapping parts of the image or tile, for small crystals.",
        within=(0, 4),
    )
    crop_overlap: float = setting(
        512 / 1500,
        "Overlap of the parts of the first layer, as a share of the shorter side.",
        within=(0, 0.9),
        step=0.01,
    )
    crop_nms: float = _share(
        0.7,
        "As the box overlap, between masks of different parts and tiles; smaller parts win.",
        label="Crop box overlap",
    )
    crop_points_factor: int = setting(
        1,
        "The grid has so many times fewer points a side in each further layer.",
        label="Crop points",
        within=(1, 16),
    )
    points_per_batch: int = setting(
        64, "Points at once; fewer need less memory.", label="Points at once", within=(1, 100_000)
    )
    minimum_area: int = setting(
        0,
        "In pixels: smaller masks, islands and holes are removed.",
        label="Smallest area",
        within=(0, 10**9),
    )
    largest_share: float = _share(
        0.5, "Masks of more than this share of the image, such as its background, are dropped."
    )
    drop_border: bool = setting(
        False, "Drop masks that touch the border of the image.", label="Drop at the border", option=False
    )
    drop_containing: bool = setting(
        False,
        "Drop masks that contain other masks, such as clumps around their crystals.",
        label="Drop clumps",
    )
    tile_size: int = setting(
        1536,
        "Images with a longer side are looked at in tiles of so many pixels.",
        within=(SMALLEST_TILE, 10**6),
    )
    tile_overlap: float = setting(
        0.25,
        "Overlap of neighbouring tiles, as a share of a tile; larger crystals may be lost between two.",
        within=(0, 0.9),
        step=0.01,
    )
    crop_info_bar: bool = setting(
        True, "Leave out the instrument's bar with magnification and scale.", option=False
    )

    @classmethod
    def for_dense_crystals(cls) -> SamSettings:
        """Return where to start from when crystals are small and many."""
        return cls(points_per_side=64, predicted_iou=0.86, stability=0.92, crop_layers=1, minimum_area=64)

    def points_in_layer(self, layer: int) -> int:
        """Return the points a side of the grid in a layer; 0 is the image or tile itself."""
        return max(1, self.points_per_side // self.crop_points_factor**layer)
