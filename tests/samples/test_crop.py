"""Regions cut out of an image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.imaging import ImageError
from napari_rocks2net.samples import (
    Region,
    crop_region,
    load_samples,
    readable_samples,
    sentence_of_cut_regions,
)

RGB = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)


def test_region_is_cut_between_pixel_edges() -> None:
    np.testing.assert_array_equal(crop_region(RGB, Region.rectangle(1, 2, 4, 7)), RGB[1:4, 2:7])
    np.testing.assert_array_equal(crop_region(RGB, Region.rectangle(0.6, 2.2, 4.4, 7)), RGB[1:4, 2:7])


def test_no_region_is_the_whole_image() -> None:
    np.testing.assert_array_equal(crop_region(RGB, None), RGB)


def test_region_is_cut_at_the_edges_of_the_image() -> None:
    np.testing.assert_array_equal(crop_region(RGB, Region.rectangle(-2, 3, 4, 9)), RGB[:4, 3:])


@pytest.mark.parametrize("edges", [(-3, 5, 2, 90), (2, 3, 4, 14), (4, 6, 8, 10)])
def test_a_region_that_lies_for_the_most_part_beside_the_image_is_of_another_one(
    edges: tuple[float, ...],
) -> None:
    with pytest.raises(ImageError, match=r"lies to \d\d% beside the image.* of another photo"):
        crop_region(RGB, Region.rectangle(*edges))


@pytest.mark.parametrize(
    ("edges", "outside"),
    [
        ((0, 0, 6, 8), 0),
        ((-1, -0.5, 7, 9), 0),
        ((-2, 0, 2, 8), 0.5),
        ((3, 4, 9, 12), 0.75),
        ((0, 10, 6, 12), 1),
        ((-6, -8, 12, 16), 8 / 9),
    ],
)
def test_how_much_of_a_region_lies_outside(edges: tuple[float, ...], outside: float) -> None:
    assert Region.rectangle(*edges).outside(6, 8) == pytest.approx(outside)


def test_a_table_of_another_scale_costs_the_regions_that_show_it(tmp_path: Path) -> None:
    """The photos were saved at half their size, the table was not."""
    rows = ["file,rock,region"]
    for number in range(4):
        Image.fromarray(np.full((20, 30, 3), 50 * number, np.uint8)).save(tmp_path / f"{number}.png")
        rows += [
            f'{number}.png,{"ab"[number % 2]},"{edges}"'
            for edges in ("0,0,10,10", "15,10,25,20", "24,30,38,58")
        ]
    (tmp_path / "t.csv").write_text("\n".join(rows))
    left_out: list[str] = []
    samples = readable_samples(load_samples(tmp_path / "t.csv", "rock"), left_out.append)
    assert len(samples) == 8
    assert len(left_out) == 4
    assert "0.png: The region 24,30,38,58" in left_out[0].replace(", ", ",")
    assert sentence_of_cut_regions(samples).startswith("4 regions cut at the border of the image")
    whole = load_samples(tmp_path / "t.csv", "rock")
    assert sentence_of_cut_regions(whole) == sentence_of_cut_regions(samples)


@pytest.mark.parametrize("edges", [(10, 0, 20, 5), (-9, 0, -2, 5), (0, 0, 0.4, 5)])
def test_region_without_a_pixel_is_refused(edges: tuple[float, ...]) -> None:
    with pytest.raises(ImageError, match="6 x 8 pixels"):
        crop_region(RGB, Region.rectangle(*edges))


def test_a_polygon_is_cut_out_with_its_bounding_box() -> None:
    region = Region(((1, 4), (3, 7), (4, 2)), "polygon")
    np.testing.assert_array_equal(crop_region(RGB, region), RGB[1:4, 2:7])


def test_shares_of_the_image_are_no_pixels() -> None:
    with pytest.raises(ImageError, match="if these are shares of the image"):
        crop_region(RGB, Region.rectangle(0.1, 0.1, 0.9, 0.9))
    np.testing.assert_array_equal(crop_region(RGB, Region.rectangle(0, 0, 2, 1)), RGB[:2, :1])
