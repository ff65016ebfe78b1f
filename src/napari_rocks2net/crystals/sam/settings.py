"""Settings of automatic mask generation by a Segment Anything Model."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.settings import check_settings, document_settings, setting

SMALLEST_TILE = 64
_setting = functools.partial(setting, panel="Segmentation by SAM")
_share = functools.partial(_setting, minimum=0, maximum=1, step=0.01)


@document_settings
@dataclass(frozen=True)
class SamSettings:
    """Settings of `SamSegmenter.segment`; the defaults are those of SAM's automatic mask generator.

    Source: Kirillov et al. 2023, arXiv 2304.02643, appendix D; github.com/facebookresearch/segment-anything.
    The tiles, and what happens to masks that contain others, touch the border or overlap, are ours.

    Raises
    ------
    CrystalError
        When a value is out of its range.
    """

    points_per_side: int = _setting(
        32,
        label="Points a side",
        minimum=1,
        maximum=512,
        help="Points of the grid that prompt the model, along each side of the image or tile; more find "
        "smaller crystals.",
    )
    predicted_iou: float = _share(
        0.88, label="Quality", help="Masks of which the model thinks less are dropped (predicted IoU)."
    )
    stability: float = _share(
        0.95, help="Masks that change more than this when the threshold moves are dropped."
    )
    stability_offset: float = _setting(
        1.0,
        minimum=0,
        maximum=100,
        step=0.01,
        help="By how much the threshold moves for the stability, in logits.",
    )
    box_nms: float = _share(
        0.7,
        label="Box overlap",
        help="Of masks whose boxes overlap more than this (intersection over union), the best is kept.",
    )
    crop_layers: int = _setting(
        0,
        minimum=0,
        maximum=4,
        help="Layer i looks again at 2^i x 2^i overlapping parts of the image or tile, for small crystals.",
    )
    crop_overlap: float = _setting(
        512 / 1500,
        minimum=0,
        maximum=0.9,
        step=0.01,
        help="Overlap of the parts of the first layer, as a share of the shorter side.",
    )
    crop_nms: float = _share(
        0.7,
        label="Crop box overlap",
        help="As the box overlap, between masks of different parts and tiles; smaller parts win.",
    )
    crop_points_factor: int = _setting(
        1,
        label="Crop points",
        minimum=1,
        maximum=16,
        help="The grid has so many times fewer points a side in each further layer.",
    )
    points_per_batch: int = _setting(
        64, label="Points at once", minimum=1, maximum=100_000, help="Points at once; fewer need less memory."
    )
    minimum_area: int = _setting(
        0,
        label="Smallest area",
        minimum=0,
        maximum=10**9,
        help="In pixels: smaller masks, islands and holes are removed.",
    )
    largest_share: float = _share(
        0.5, help="Masks of more than this share of the image, such as its background, are dropped."
    )
    drop_border: bool = _setting(
        False,
        label="Drop at the border",
        option=False,
        help="Drop masks that touch the border of the image.",
    )
    drop_containing: bool = _setting(
        False,
        label="Drop clumps",
        help="Drop masks that contain other masks, such as clumps around their crystals.",
    )
    tile_size: int = _setting(
        1536,
        minimum=SMALLEST_TILE,
        maximum=10**6,
        help="Images with a longer side are looked at in tiles of so many pixels.",
    )
    tile_overlap: float = _setting(
        0.25,
        minimum=0,
        maximum=0.9,
        step=0.01,
        help="Overlap of neighbouring tiles, as a share of a tile; larger crystals may be lost between two.",
    )
    crop_info_bar: bool = _setting(
        True, option=False, help="Leave out the instrument's bar with magnification and scale."
    )

    def __post_init__(self) -> None:
        check_settings(self, CrystalError)

    @classmethod
    def for_dense_crystals(cls) -> SamSettings:
        """Return where to start from when crystals are small and many."""
        return cls(points_per_side=64, predicted_iou=0.86, stability=0.92, crop_layers=1, minimum_area=64)

    def points_in_layer(self, layer: int) -> int:
        """Return the points a side of the grid in a layer; 0 is the image or tile itself."""
        return max(1, self.points_per_side // self.crop_points_factor**layer)
