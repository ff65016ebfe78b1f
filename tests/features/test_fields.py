from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.features import Descriptors, FieldLayout, Standardisation, alone_in_light

LIGHTS = ("PPL", "XPL", "reflected")


def photo(value: float) -> Descriptors:
    row = np.arange(3, dtype=np.float32) + value
    return Descriptors({"texture": row}, {"texture": np.broadcast_to(row, (2, 8, 8, 3)) * 2})


def test_the_layout_has_the_lights_that_exist_and_those_that_were_turned():
    layout = FieldLayout.of([["PPL", "XPL", "XPL"], ["PPL"]], LIGHTS)
    assert layout == FieldLayout(("PPL", "XPL"), ("XPL",))
    assert layout.blocks == 3
    assert FieldLayout(()).blocks == 1


def test_lights_stand_side_by_side_with_the_spread_over_the_angles():
    layout = FieldLayout(("PPL", "XPL"), ("XPL",))
    field = layout.join_photos([("XPL", photo(1)), ("PPL", photo(10)), ("XPL", photo(5))])
    assert field.whole["texture"].tolist() == [10, 11, 12, 3, 4, 5, 2, 2, 2]
    assert field.windows["texture"].shape == (2, 8, 8, 9)
    assert field.windows["texture"][1, 2, 3].tolist() == [20, 22, 24, 6, 8, 10, 4, 4, 4]


def test_what_was_not_photographed_is_no_number_and_lights_that_are_not_wanted_are_left_out():
    layout = FieldLayout(("PPL", "XPL"), ("XPL",))
    field = layout.join_photos([("XPL", photo(1)), ("reflected", photo(7))])
    known = ~np.isnan(field.whole["texture"])
    assert known.tolist() == [False] * 3 + [True] * 3 + [False] * 3


def test_a_field_in_none_of_the_lights_is_refused():
    with pytest.raises(ValueError, match="reflected is nothing to a model of PPL, XPL"):
        FieldLayout(("PPL", "XPL")).join_photos([("reflected", photo(0))])


def test_a_light_can_be_looked_at_alone():
    layout = FieldLayout(("PPL", "XPL"), ("XPL",))
    whole = layout.join_photos([("PPL", photo(0)), ("XPL", photo(1)), ("XPL", photo(2))])
    alone, expected = alone_in_light(whole, layout, "PPL"), layout.join_photos([("PPL", photo(0))])
    np.testing.assert_array_equal(alone.whole["texture"], expected.whole["texture"])
    np.testing.assert_array_equal(alone.windows["texture"], expected.windows["texture"])
    assert alone_in_light(alone, layout, "PPL") is None
    assert alone_in_light(alone, layout, "XPL") is None


def test_missing_numbers_count_nowhere_and_are_the_average():
    rows = np.array([[1.0, np.nan], [3.0, 5.0], [5.0, 7.0]])
    standardisation = Standardisation.of(rows)
    np.testing.assert_allclose(standardisation.mean, [3.0, 6.0])
    np.testing.assert_allclose(standardisation.scale, [np.sqrt(8 / 3), 1.0])
    assert standardisation(rows)[0, 1] == 0
