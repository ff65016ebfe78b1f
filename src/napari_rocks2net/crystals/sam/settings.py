"""What the automatic mask generation of a Segment Anything Model is asked to do."""

from __future__ import annotations

from dataclasses import dataclass

from napari_rocks2net.crystals.errors import CrystalError

SMALLEST_TILE = 64


@dataclass(frozen=True)
class SamSettings:
    """Settings of `SamSegmenter.segment`; the defaults are those of SAM's automatic mask generator.

    Source: Kirillov et al. 2023, arXiv 2304.02643, appendix D; github.com/facebookresearch/segment-anything.
    The tiles, and what happens to masks that contain others, touch the border or overlap, are ours.

    Parameters
    ----------
    points_per_side : int
        Points of the grid that prompt the model, along each side of the image or the tile.
    predicted_iou : float
        From 0 to 1. Masks of which the model thinks less are dropped.
    stability : float
        From 0 to 1. Masks that change more than this when the threshold moves by `stability_offset` are
        dropped.
    stability_offset : float
        See `stability`, in logits.
    box_nms : float
        From 0 to 1. Of masks whose boxes overlap more than this (intersection over union), the best is kept.
    crop_layers : int
        Layer i looks again at 2^i x 2^i overlapping parts of the image (or tile), for small crystals.
    crop_overlap : float
        From 0 to 0.9. Overlap of the parts of the first layer as a share of the shorter side.
    crop_nms : float
        As `box_nms`, between masks of different parts and tiles; smaller parts win.
    crop_points_factor : int
        The grid has so many times fewer points a side in each further layer.
    points_per_batch : int
        Points at once; fewer need less memory.
    minimum_area : int
        Pixels. Smaller masks, smaller islands and smaller holes of masks are removed.
    largest_share : float
        From 0 to 1. Masks of more than this share of the image, such as its background, are dropped.
    drop_border : bool
        Drop masks that touch the border of the image.
    drop_containing : bool
        Drop masks that contain other masks, such as clumps around their crystals.
    tile_size : int
        Images with a longer side are looked at in tiles of so many pixels.
    tile_overlap : float
        From 0 to 0.9. Overlap of neighbouring tiles, as a share of a tile; crystals that are larger than the
        overlap may be lost between two tiles.
    crop_info_bar : bool
        Leave out the instrument's bar with magnification and scale.

    Raises
    ------
    CrystalError
        When a value is out of its range.
    """

    points_per_side: int = 32
    predicted_iou: float = 0.88
    stability: float = 0.95
    stability_offset: float = 1.0
    box_nms: float = 0.7
    crop_layers: int = 0
    crop_overlap: float = 512 / 1500
    crop_nms: float = 0.7
    crop_points_factor: int = 1
    points_per_batch: int = 64
    minimum_area: int = 0
    largest_share: float = 0.5
    drop_border: bool = False
    drop_containing: bool = False
    tile_size: int = 1536
    tile_overlap: float = 0.25
    crop_info_bar: bool = True

    def __post_init__(self) -> None:
        for name in ("predicted_iou", "stability", "box_nms", "crop_nms", "largest_share"):
            self._check(name, 0, 1)
        for name in ("crop_overlap", "tile_overlap"):
            self._check(name, 0, 0.9)
        self._check("stability_offset", 0, 100)
        self._check("points_per_side", 1, 512)
        self._check("points_per_batch", 1, 100_000)
        self._check("crop_layers", 0, 4)
        self._check("crop_points_factor", 1, 16)
        self._check("minimum_area", 0, 10**9)
        self._check("tile_size", SMALLEST_TILE, 10**6)

    @classmethod
    def for_dense_crystals(cls) -> SamSettings:
        """Return where to start from when crystals are small and many."""
        return cls(points_per_side=64, predicted_iou=0.86, stability=0.92, crop_layers=1, minimum_area=64)

    def _check(self, name: str, lowest: float, highest: float) -> None:
        value = getattr(self, name)
        if not lowest <= value <= highest:
            raise CrystalError(f"{name} is {value}: pass a number from {lowest:g} to {highest:g}.")

    def points_in_layer(self, layer: int) -> int:
        """Return the points a side of the grid in a layer; 0 is the image or tile itself."""
        return max(1, self.points_per_side // self.crop_points_factor**layer)
