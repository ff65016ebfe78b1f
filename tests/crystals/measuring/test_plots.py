"""Histograms and rose diagrams as files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from napari_rocks2net.crystals import CrystalError, measure_crystals
from napari_rocks2net.crystals.measuring.plots import heading, rose_counts, save_histograms, save_rose_diagram


@pytest.fixture(scope="module")
def table(sem) -> pd.DataFrame:
    return measure_crystals(sem.labels, sem.image, sem.pixel_size, "µm")


def test_histograms_are_written_with_their_units(table, tmp_path):
    path = save_histograms(table, tmp_path / "new" / "shapes.svg", ["equivalent_diameter", "area"])
    assert path.stat().st_size > 1000
    assert heading("equivalent_diameter", "µm") == "equivalent diameter (µm)"
    assert heading("area", "µm") == "area (µm²)"
    assert heading("solidity", "µm") == "solidity"


def test_a_rose_is_plotted_with_ink_in_it(table, tmp_path):
    with Image.open(save_rose_diagram(table, tmp_path / "rose.png")) as picture:
        assert np.ptp(np.asarray(picture.convert("L"))) > 100


def test_a_rose_counts_every_crystal_in_both_directions():
    counts, edges = rose_counts([0, 5, 95, 179.9, 180, np.nan], sectors=36)
    assert counts.sum() == 2 * 5
    assert counts[0] == 3
    assert np.array_equal(counts[:18], counts[18:])
    assert edges[0] == 0
    assert edges[-1] == 360
    assert np.allclose(np.diff(edges), 10)


def test_one_crystal_can_be_plotted(table, tmp_path):
    assert save_histograms(table.head(1), tmp_path / "one.png").exists()
    assert save_rose_diagram(table.head(1), tmp_path / "rose.png").exists()


@pytest.mark.parametrize("sectors", [0, 3, 7])
def test_a_rose_needs_an_even_number_of_sectors(table, tmp_path, sectors):
    with pytest.raises(CrystalError, match="even number"):
        save_rose_diagram(table, tmp_path / "rose.png", sectors)


def test_what_cannot_be_plotted_is_refused(table, tmp_path):
    with pytest.raises(CrystalError, match="no column 'colour'"):
        save_histograms(table, tmp_path / "a.png", ["colour"])
    with pytest.raises(CrystalError, match="No column"):
        save_histograms(table, tmp_path / "a.png", [])
    with pytest.raises(CrystalError, match="nothing to draw"):
        save_rose_diagram(table.head(0), tmp_path / "a.png")
    with pytest.raises(CrystalError, match="name it"):
        save_histograms(table, tmp_path / "a.xyz")
    assert not list(tmp_path.iterdir())
