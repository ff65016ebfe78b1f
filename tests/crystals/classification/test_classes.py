"""Classes have two axes, a colour, and shares that add up."""

from __future__ import annotations

import pandas as pd
import pytest

from napari_rocks2net.crystals import (
    DEFAULT_CRYSTAL_CLASSES,
    CrystalError,
    class_colours,
    class_percentages,
    shape_and_facets,
)


def test_the_paper_pairs_shape_and_facets() -> None:
    assert shape_and_facets("Rhombic") == ("rhombic", "euhedral to subhedral")
    assert shape_and_facets("polyhedral")[1] == "euhedral to subhedral"
    assert shape_and_facets("amorphous") == ("amorphous", "anhedral")
    assert shape_and_facets("rounded") == shape_and_facets("spherical") == ("spherical", "anhedral")
    assert shape_and_facets("framboid") == ("", "")


def test_colours_differ_and_do_not_depend_on_the_other_classes() -> None:
    every = class_colours([*DEFAULT_CRYSTAL_CLASSES, "framboid"])
    assert len(set(every.values())) == 5
    assert class_colours(["spherical", "rhombic"]) == {name: every[name] for name in ("spherical", "rhombic")}


def test_percentages_by_count_and_by_area() -> None:
    table = pd.DataFrame({"class": ["a", "b", "a", "", None], "p_a": 0.5, "p_b": 0.4, "p_c": 0.1})
    shares = class_percentages(table, [1, 6, 3, 50, 50]).set_index("class")
    assert shares["count"].to_dict() == {"a": 2, "b": 1, "c": 0}
    assert shares["count_percent"].tolist() == pytest.approx([200 / 3, 100 / 3, 0])
    assert shares["area_percent"].to_dict() == {"a": 40, "b": 60, "c": 0}


def test_no_crystals_have_no_shares() -> None:
    shares = class_percentages(pd.DataFrame({"class": [], "p_a": []}), [])
    assert shares["count_percent"].tolist() == [0]
    assert class_percentages(pd.DataFrame({"class": []}), []).empty


def test_areas_have_to_fit() -> None:
    with pytest.raises(CrystalError, match="3 areas were given for 2 crystals"):
        class_percentages(pd.DataFrame({"class": ["a", "b"]}), [1, 2, 3])
    with pytest.raises(CrystalError, match="column 'class'"):
        class_percentages(pd.DataFrame({"kind": ["a"]}), [1])
