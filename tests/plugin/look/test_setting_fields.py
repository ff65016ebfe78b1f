"""Form fields made from the fields of a settings class."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from napari_rocks2net.plugin.look.setting_fields import fill_fields, read_fields, setting_field
from napari_rocks2net.settings import setting, settings_of


@dataclass(frozen=True)
class Polishing:
    grains: int = setting(3, "How many grains.", label="Grains a minute", within=(1, 9))
    share: float = setting(0.5, "How much.", within=(0, 1), step=0.1)
    time: float | None = setting(None, when_none="by the mineral", help="For how long.")
    cloth: Literal["wool", "silk"] = setting("silk", choices={"silk": "Silk, fine"}, help="The cloth.")
    oil: Literal["linseed", "palm"] | None = setting(None, when_none="none at all", help="The oil.")
    wet: bool = setting(True, help="With water.")
    folder: str | Path | None = setting(None, help="Where the sections are.")


@pytest.fixture
def fields(qapp: Any) -> dict[str, Any]:
    return {name: setting_field(Polishing, name) for name in settings_of(Polishing)}


def test_fresh_fields_show_the_defaults(fields: dict[str, Any]) -> None:
    assert Polishing(**read_fields(fields)) == Polishing()


def test_label_tooltip_and_range_are_those_of_the_setting(fields: dict[str, Any]) -> None:
    field = fields["grains"]
    assert (field.label, field.tooltip, field.min, field.max) == ("Grains a minute", "How many grains.", 1, 9)
    with pytest.raises(ValueError, match="10"):
        field.value = 10


def test_a_number_or_choice_that_may_be_left_to_the_program_says_so(fields: dict[str, Any]) -> None:
    assert fields["time"].native.text() == "by the mineral"
    assert fields["oil"].native.currentText() == "none at all"
    fill_fields(fields, {"time": 2.5, "oil": "palm"})
    assert (fields["time"].value, fields["oil"].value) == (2.5, "palm")
    fill_fields(fields, {"time": None, "oil": None})
    assert (fields["time"].value, fields["oil"].value) == (None, None)


def test_choices_show_their_texts(fields: dict[str, Any]) -> None:
    assert fields["cloth"].native.currentText() == "Silk, fine"
    assert fields["cloth"].choices == ("wool", "silk")


def test_values_come_back_as_they_were_filled_in(fields: dict[str, Any], tmp_path: Path) -> None:
    values = {"grains": 4, "share": 0.8, "time": 1.25, "cloth": "wool", "oil": "palm", "wet": False}
    fill_fields(fields, {**values, "folder": tmp_path, "unheard of": 1})
    assert read_fields(fields) == {**values, "folder": tmp_path}


def test_a_slider_has_the_range_of_its_setting(qapp: Any) -> None:
    slider = setting_field(Polishing, "share", slider=True)
    slider.value = 0.7
    assert slider.value == pytest.approx(0.7)
    with pytest.raises(ValueError, match="outside"):
        slider.value = 1.2
