"""The mineral table is physically possible and knows what the recipes ask for."""

from __future__ import annotations

import pytest

from napari_rocks2net.synthetic.petrology.minerals import MINERALS


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
        *["garnet", "glass", "clear glass", "iron oxide", "carbonaceous matter", "pore", "blue pore"]
    }


@pytest.mark.parametrize(
    ("name", "low", "high", "birefringence"),
    [
        ("quartz", 1.544, 1.553, 0.009),
        ("K-feldspar", 1.518, 1.526, 0.007),
        ("plagioclase", 1.53, 1.58, 0.011),
        ("biotite", 1.57, 1.70, 0.05),
        ("muscovite", 1.55, 1.61, 0.042),
        ("hornblende", 1.62, 1.70, 0.024),
        ("augite", 1.67, 1.74, 0.026),
        ("calcite", 1.486, 1.658, 0.172),
        ("dolomite", 1.50, 1.68, 0.179),
        ("chlorite", 1.57, 1.67, 0.006),
    ],
)
def test_refraction_agrees_with_the_handbook(name, low, high, birefringence):
    mineral = MINERALS[name]
    assert (mineral.index_low, mineral.index_high, mineral.birefringence) == (low, high, birefringence)


def test_only_coloured_silicates_are_strongly_pleochroic():
    def contrast(mineral):
        return max(high / low for high, low in zip(mineral.colour_low, mineral.colour_high, strict=True))

    assert {name for name, mineral in MINERALS.items() if contrast(mineral) > 2} == {"biotite", "hornblende"}


def test_cleavages_cross_at_the_angles_of_the_books():
    def crossing(name):
        first, second = MINERALS[name].cleavages
        angle = abs(first - second) % 180
        return min(angle, 180 - angle)

    assert crossing("hornblende") == pytest.approx(56, abs=1)
    assert crossing("augite") == pytest.approx(87, abs=1)
    assert crossing("dolomite") == pytest.approx(74, abs=2)
    assert len(MINERALS["biotite"].cleavages) == len(MINERALS["muscovite"].cleavages) == 1
