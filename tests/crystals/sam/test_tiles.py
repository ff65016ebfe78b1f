"""Tiles and their parts cover the image; points cover the tiles."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.crystals import CrystalError, SamSettings
from napari_rocks2net.crystals.sam.tiles import Tile, point_grid, tiles_of

SMALL = SamSettings(tile_size=100, tile_overlap=0.25)


def test_a_small_image_is_one_region() -> None:
    assert tiles_of((100, 80), SMALL) == [Tile(0, 0, 100, 80)]


@given(st.integers(8, 700), st.integers(8, 700), st.integers(0, 2))
def test_tiles_and_every_layer_cover_every_pixel(height: int, width: int, layers: int) -> None:
    settings = dataclasses.replace(SMALL, crop_layers=layers)
    tiles = tiles_of((height, width), settings)
    for layer in range(layers + 1):
        covered = np.zeros((height, width), bool)
        for tile in tiles:
            if tile.layer == layer:
                covered[tile.window] = True
                assert tile.bottom <= height
                assert tile.right <= width
        assert covered.all()


def test_neighbouring_tiles_overlap_as_asked() -> None:
    starts = sorted({tile.left for tile in tiles_of((100, 500), SMALL)})
    assert starts[0] == 0
    assert starts[-1] == 400
    assert max(np.diff(starts)) <= 75


def test_a_layer_has_four_times_the_parts() -> None:
    tiles = tiles_of((90, 90), dataclasses.replace(SMALL, crop_layers=2))
    assert [sum(tile.layer == layer for tile in tiles) for layer in range(3)] == [1, 4, 16]
    # As segment-anything cuts 90 px with its default overlap: int(512 / 1500 * 90) = 30 shared pixels.
    assert tiles[1] == Tile(0, 0, 60, 60, 1)
    assert tiles[4] == Tile(30, 30, 90, 90, 1)


def test_points_are_the_middles_of_equal_cells() -> None:
    points = point_grid(Tile(10, 20, 30, 60), SamSettings(points_per_side=2))
    assert points.tolist() == [[10, 5], [30, 5], [10, 15], [30, 15]]
    fewer = SamSettings(points_per_side=8, crop_points_factor=2)
    assert len(point_grid(Tile(0, 0, 9, 9, 2), fewer)) == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("points_per_side", 0),
        ("predicted_iou", 1.2),
        ("stability", -0.1),
        ("tile_size", 10),
        ("tile_overlap", 0.95),
        ("crop_layers", 9),
        ("minimum_area", -1),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(CrystalError, match=f"{name} is {value}: pass a (whole )?number from"):
        SamSettings(**{name: value})


def test_the_defaults_are_those_of_the_automatic_mask_generator() -> None:
    defaults = SamSettings()
    assert (defaults.points_per_side, defaults.predicted_iou, defaults.stability) == (32, 0.88, 0.95)
    assert (defaults.box_nms, defaults.crop_layers, defaults.minimum_area) == (0.7, 0, 0)
    dense = SamSettings.for_dense_crystals()
    assert (dense.points_per_side, dense.predicted_iou, dense.stability) == (64, 0.86, 0.92)
    assert dense.crop_layers == 1
    assert 50 <= dense.minimum_area <= 100
