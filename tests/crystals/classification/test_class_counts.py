"""Crystals counted by class."""

from __future__ import annotations

from napari_rocks2net.crystals.classification.classes import class_colours, count_classes


def test_shares_are_of_the_crystals_that_have_a_class() -> None:
    names = ["rhombic", "spherical", "amorphous"]
    shown = {1: "rhombic", 2: "rhombic", 3: "rhombic", 4: "spherical"}
    areas = {1: 10.0, 2: 10.0, 3: 10.0, 4: 70.0, 5: 999.0}
    rhombic, spherical, amorphous = count_classes(names, class_colours(names), {2: "rhombic"}, shown, areas)
    assert (rhombic.named, rhombic.count, rhombic.count_percent, rhombic.area_percent) == (1, 3, 75, 30)
    assert (spherical.named, spherical.count_percent, spherical.area_percent) == (0, 25, 70)
    assert amorphous.count == 0
