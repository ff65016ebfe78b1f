"""The settings that find crystals, as options: one row each, by the names of their fields."""

from __future__ import annotations

import functools
import inspect
from typing import Annotated, Any, Literal

import typer

BUILT_IN_PANEL, SAM_PANEL = "Built-in segmentation", "Segmentation by SAM"


def _option(
    panel: str, name: str, kind: Any, default: Any, text: str, shown: bool | str = True
) -> inspect.Parameter:
    told = typer.Option(help=text, rich_help_panel=panel, show_default=shown)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, told]
    )


_built_in = functools.partial(_option, BUILT_IN_PANEL)
_of_sam = functools.partial(_option, SAM_PANEL)

# The fields of SegmentationSettings with their defaults. That room loads slowly, so a test compares the two.
SEGMENTATION_OPTIONS = (
    _built_in("size", float | None, None, "Diameter of a typical crystal.", "estimated for each image"),
    _built_in("size_unit", Literal["pixel", "micrometre"], "pixel", "What --size is given in."),
    _built_in(
        "size_range",
        tuple[float, float],
        (0.3, 2.2),
        "Smallest and largest diameter, in multiples of --size.",
    ),
    _built_in("splitting", float, 0.5, "0 to 1: high cuts clumps at faint necks, low leaves twins whole."),
    _built_in("sensitivity", float, 0.5, "0 to 1: high keeps faint crystals too, low the clearest only."),
    _built_in("denoising", float, 1.0, "Smoothing, 0 to 10; more for noisy images."),
    _built_in("dark", bool, False, "Crystals are darker than what surrounds them."),
    _built_in("crop_info_bar", bool, True, "Leave out the instrument's bar where one is found; for SAM too."),
    _built_in("keep_border", bool, True, "Keep crystals that touch the border of the image; for SAM too."),
    _built_in("levels", int, 8, "Grey levels to search; more is slower and finds fainter steps."),
)
# The fields of SamSettings.
SAM_OPTIONS = (
    _of_sam("points_per_side", int, 32, "Points of the grid along each side."),
    _of_sam("predicted_iou", float, 0.88, "0 to 1: drop masks of which the model thinks less."),
    _of_sam("stability", float, 0.95, "0 to 1: drop masks that change more with the threshold."),
    _of_sam("stability_offset", float, 1.0, "By how much the threshold moves for that."),
    _of_sam("box_nms", float, 0.7, "0 to 1: of boxes that overlap more, keep the best."),
    _of_sam("crop_layers", int, 0, "Look again at 2x2 parts, 4x4 parts and so on, for small crystals."),
    _of_sam("crop_overlap", float, 512 / 1500, "Overlap of these parts, 0 to 0.9."),
    _of_sam("crop_nms", float, 0.7, "As --box-nms, between parts and tiles."),
    _of_sam("crop_points_factor", int, 1, "So many times fewer points a side in each further layer."),
    _of_sam("points_per_batch", int, 64, "Points at once; fewer need less memory."),
    _of_sam("minimum_area", int, 0, "Remove smaller masks, islands and holes, in pixels."),
    _of_sam("largest_share", float, 0.5, "Drop masks of more than this share of the image."),
    _of_sam("drop_containing", bool, False, "Drop masks that contain other masks."),
    _of_sam("tile_size", int, 1536, "Look at larger images in tiles of so many pixels."),
    _of_sam("tile_overlap", float, 0.25, "Overlap of the tiles, 0 to 0.9."),
)
