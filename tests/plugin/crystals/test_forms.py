"""The forms of the Crystals widget: every setting has a field, and scale and info bar are shown."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from napari_rocks2net.crystals import CrystalError, SegmentationSettings
from napari_rocks2net.crystals.sam.settings import SamSettings
from napari_rocks2net.pixel_scale import PixelSize
from napari_rocks2net.plugin.crystals.scale_form import ScaleForm
from napari_rocks2net.plugin.crystals.segmentation_form import SamForm, SegmentationForm


def names_of(settings: type[Any]) -> set[str]:
    # The info bar is asked about beside the scale, for every source.
    return {field.name for field in fields(settings)} - {"crop_info_bar"}


def test_every_setting_of_the_segmentation_has_a_field(qtbot: Any) -> None:
    form = SegmentationForm()
    qtbot.addWidget(form)
    assert set(form.values()) == names_of(SegmentationSettings)
    assert form.settings() == SegmentationSettings()


def test_settings_come_back_as_they_were(qtbot: Any) -> None:
    form, other = SegmentationForm(), SegmentationForm()
    for each in (form, other):
        qtbot.addWidget(each)
    form.set_values(
        {"size": 1.5, "size_unit": "micrometre", "splitting": 0.8, "size_range": [0.2, 3], "dark": True}
    )
    other.set_values(form.values())
    assert other.settings(crop_info_bar=False) == SegmentationSettings(
        size=1.5, size_unit="micrometre", splitting=0.8, size_range=(0.2, 3), dark=True, crop_info_bar=False
    )


def test_a_change_emits_a_signal(qtbot: Any) -> None:
    form = SegmentationForm()
    qtbot.addWidget(form)
    with qtbot.waitSignal(form.changed):
        form.fields["splitting"].value = 0.9


def test_every_setting_of_sam_has_a_field(qtbot: Any) -> None:
    form = SamForm()
    qtbot.addWidget(form)
    assert set(form.fields) == names_of(SamSettings)
    shown = form.settings()
    for name in names_of(SamSettings):
        assert getattr(shown, name) == pytest.approx(getattr(SamSettings(), name), abs=1e-3)
    form.dense.click()
    assert form.settings().points_per_side == SamSettings.for_dense_crystals().points_per_side


def test_sam_settings_come_back_as_they_were(qtbot: Any) -> None:
    form, other = SamForm(), SamForm()
    for each in (form, other):
        qtbot.addWidget(each)
    form.checkpoint.setText("facebook/sam-vit-base")
    form.fields["points_per_side"].value = 17
    form.fields["drop_border"].value = True
    other.set_values(form.values())
    assert other.values() == form.values()


def test_sam_without_a_checkpoint_says_how_to_get_one(qtbot: Any) -> None:
    form = SamForm()
    qtbot.addWidget(form)
    form.checkpoint.setText(" ")
    with pytest.raises(ValueError, match=r"napari-rocks2net\[sam\]"):
        form.checkpoint_name()


@pytest.fixture
def scale(qtbot: Any, layers: Any) -> ScaleForm:
    form = ScaleForm(layers, lambda: None)
    qtbot.addWidget(form)
    return form


def test_a_pixel_size_is_shown_with_its_source(scale: ScaleForm) -> None:
    scale.show_size(PixelSize(0.00488281, "Zeiss"))
    assert "Zeiss" in scale.source.text()
    assert scale.micrometres == 0.00488281, "not what the field rounds it to"


def test_a_pixel_size_that_is_not_known_is_reported(scale: ScaleForm) -> None:
    scale.show_size(None)
    assert scale.side.text().startswith("not known")
    assert scale.micrometres is None
    assert not scale.apply.isEnabled()


def test_a_typed_pixel_size_counts(scale: ScaleForm) -> None:
    scale.side.setValue(0.05)
    assert scale.pixel_size == PixelSize(0.05, "typed")
    scale.side.setValue(0)
    assert scale.pixel_size is None


def test_a_line_over_the_scale_bar_gives_the_pixel_size(scale: ScaleForm) -> None:
    scale.show_line(250.0)
    scale.bar_length.setValue(500)
    scale.bar_unit.setCurrentText("nm")
    scale.use.click()
    assert scale.micrometres == pytest.approx(0.002)


def test_a_bar_without_length_is_refused(scale: ScaleForm) -> None:
    scale.show_line(250.0)
    scale.bar_length.setValue(0)
    scale.use.click()
    assert scale.pixel_size is None
    assert "positive" in scale.bar_text.text()


@pytest.mark.parametrize(
    ("rows", "text"),
    [((0, 460), "lower 40"), ((30, 500), "upper 30"), ((0, 500), "None"), (None, "looking")],
)
def test_what_is_left_out_is_reported_before_anything_runs(
    scale: ScaleForm, rows: tuple[int, int] | None, text: str
) -> None:
    scale.show_info_bar(rows, 500)
    assert text in scale.crop.text()


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(CrystalError):
        SamSettings(points_per_side=0)


def test_a_class_without_crystals_shows_its_key_alone(qtbot: Any) -> None:
    from napari_rocks2net.crystals.classification.classes import ClassCount
    from napari_rocks2net.plugin.crystals.classify_page import ClassTable

    table = ClassTable()
    qtbot.addWidget(table)
    table.show_lines([ClassCount("rhombic", "#0072b2", 1, 3, 75.0, 30.0), ClassCount("other", "#e69f00")], 2)
    cells = [[table.item(row, column).text() for column in range(6)] for row in range(2)]
    assert cells == [["1", "rhombic", "1", "3", "75.0", "30.0"], ["2", "other", "", "", "", ""]]
