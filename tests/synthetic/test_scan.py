"""Slides of any size are rendered where they are looked at, and as any region rendered alone."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.synthetic import ThinSection, draw_scan, draw_section
from napari_rocks2net.synthetic.scan import TILE


def test_a_slide_of_any_size_is_planned_at_once_and_rendered_in_parts(monkeypatch):
    tiles = []
    region = ThinSection.region

    def counted(self, *place):
        tiles.append(place)
        return region(self, *place)

    monkeypatch.setattr(ThinSection, "region", counted)
    scan = draw_scan("granite", (20_000, 30_000), seed=3)
    assert scan.ppl.shape == scan.xpl.shape == (20_000, 30_000, 3)
    assert scan.grains.shape == (20_000, 30_000)
    assert not tiles
    corner = np.asarray(scan.xpl[19_990:, 29_980:])
    assert corner.shape == (10, 20, 3)
    assert len(tiles) == 1


def test_a_region_across_tiles_equals_the_region_rendered_alone():
    scan = draw_scan("coarse sand", (TILE + 40, TILE + 30), seed=6, um_per_pixel=20.0, stage=20)
    place = TILE - 30, TILE - 20, 60, 45
    alone = scan.section.region(*place)
    part = np.s_[place[0] : place[0] + 60, place[1] : place[1] + 45]
    assert (np.asarray(scan.xpl[part]) == alone.xpl(20)).all()
    assert (np.asarray(scan.grains[part]) == alone.identities).all()


def test_a_slide_starts_as_the_section_of_its_seed():
    scan = draw_scan("slate", 64, seed=2)
    section = draw_section("slate", size=64, seed=2)
    assert (np.asarray(scan.grains) == section.identities).all()


def test_tiles_are_whole_and_come_row_by_row(monkeypatch):
    scan = draw_scan("granite", (TILE + 1, 2 * TILE), seed=1)
    places = []

    def tile(self, *place):
        places.append(place)
        return np.zeros((TILE, TILE), dtype=np.int64)

    monkeypatch.setattr(ThinSection, "grain_map", tile)
    assert all(one.shape == (TILE, TILE) for one in scan.tiles("grains"))
    assert places == [(y, x, TILE, TILE) for y in (0, TILE) for x in (0, TILE)]


def test_impossible_slides_are_refused():
    with pytest.raises(ValueError, match="10 x 9000"):
        draw_scan("granite", (10, 9000))
