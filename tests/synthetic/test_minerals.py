"""The mineral table is physically possible and knows what the recipes ask for."""

from __future__ import annotations

import pytest

from napari_rocks2net.synthetic.minerals import MINERALS


@pytest.mark.parametrize("mineral", MINERALS.values(), ids=MINERALS.keys())
def test_a_mineral_is_physically_possible(mineral):
    assert 1.3 < mineral.index_low <= mineral.index_high < 2.8
    assert 0 <= mineral.birefringence <= 0.2
    for colour in (mineral.colour_low, mineral.colour_high):
        assert len(colour) == 3
        assert all(0 < share <= 1 for share in colour)
    assert (mineral.twins == "none") == (mineral.twinned == 0)


def test_isotropic_minerals_have_no_birefringence():
    assert {name for name, mineral in MINERALS.items() if mineral.birefringence == 0} == {
        "garnet",
        "glass",
        "iron oxide",
    }


def test_only_coloured_silicates_are_strongly_pleochroic():
    def contrast(mineral):
        return max(high / low for high, low in zip(mineral.colour_low, mineral.colour_high, strict=True))

    assert {name for name, mineral in MINERALS.items() if contrast(mineral) > 2} == {"biotite", "hornblende"}
