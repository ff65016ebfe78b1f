"""The scale of a photo in the viewer: found, drawn or saved, and set in the layer only when asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from napari_rocks2net.pixel_scale import PixelSize
from napari_rocks2net.plugin.look.section_scale import SectionScale
from napari_rocks2net.plugin.work import preferences, questions


@pytest.fixture
def scale(layers: Any, qtbot: Any) -> SectionScale:
    """The form over a photo with a bar of 100 px."""
    picture = Image.new("RGB", (400, 300), (140, 120, 100))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((250, 270, 350, 271), fill=(255, 0, 0))
    for end in (250, 350):
        draw.rectangle((end - 1, 264, end, 278), fill=(255, 0, 0))
    draw.text((300, 254), "200 um", (255, 0, 0), ImageFont.load_default(22), anchor="mm")
    layers.add_image(np.asarray(picture), name="photo", rgb=True)
    layers.add_image(np.full((300, 400, 3), 90, np.uint8), name="plain", rgb=True)
    form = SectionScale(layers, lambda: layers.layers["photo"])
    form.messages = []
    form.message.connect(form.messages.append)
    qtbot.addWidget(form)
    return form


def test_a_bar_is_detected_and_its_length_typed_once(scale: SectionScale, layers: Any) -> None:
    scale.find.click()
    assert "scale bar" in layers.layers
    assert scale.bar_text.text() == "100 px are"
    scale.bar_length.setValue(200)
    scale.use.click()
    assert scale.pixel_size.micrometres == pytest.approx(2, rel=0.01)
    assert scale.pixel_size.source == "scale bar"
    assert "scale bar" not in layers.layers


def test_nothing_is_set_in_the_layer_unless_it_is_asked_for(scale: SectionScale, layers: Any) -> None:
    scale.side.setValue(2)
    photo = layers.layers["photo"]
    assert photo.scale.tolist() == [1, 1]
    scale.apply.click()
    assert photo.scale.tolist() == [2, 2]
    assert str(photo.units[-1]) == "micrometer"
    assert layers.canvas.overlays.scale_bar.visible


def test_a_photo_without_a_bar_and_a_file_without_a_scale_have_their_sentence(
    scale: SectionScale, layers: Any
) -> None:
    layers.layers["photo"].data = layers.layers["plain"].data
    scale.find.click()
    assert "No scale bar was found" in scale.messages[-1]
    scale.from_file.click()
    assert "72 dpi is no scale" in scale.messages[-1]
    assert scale.pixel_size is None


def test_a_line_over_a_stage_micrometre_is_measured(scale: SectionScale, layers: Any) -> None:
    scale.from_bar.click()
    layers.layers["scale bar"].add_lines(np.array([[10.0, 20.0], [10.0, 220.0]]))
    assert scale.bar_text.text() == "200 px are"
    scale.bar_length.setValue(1)
    scale.bar_unit.setCurrentText("mm")
    scale.use.click()
    assert scale.micrometres == pytest.approx(5)


def test_a_closed_form_takes_its_line_away(scale: SectionScale, layers: Any) -> None:
    scale.from_bar.click()
    scale.end_line()
    assert "scale bar" not in layers.layers


def test_without_an_image_it_says_so(layers: Any, qtbot: Any) -> None:
    form = SectionScale(layers, lambda: None)
    qtbot.addWidget(form)
    messages: list[str] = []
    form.message.connect(messages.append)
    for each in (form.find, form.from_file, form.from_bar):
        each.click()
    assert messages == ["Choose an image layer first."] * 3
    assert not form.from_bar.isChecked()


def test_pixel_sizes_of_objectives_are_saved_and_chosen(
    scale: SectionScale, monkeypatch: pytest.MonkeyPatch
) -> None:
    scale.show_size(PixelSize(0.86, "typed"))
    monkeypatch.setattr(questions, "ask_text", lambda *_: "10x Axiocam")
    menu = scale.saved.menu()
    menu.aboutToShow.emit()
    menu.actions()[-1].trigger()
    assert preferences.remembered_sizes() == {"10x Axiocam": 0.86}
    scale.show_size(None)
    menu.aboutToShow.emit()
    assert menu.actions()[0].text() == "10x Axiocam: 0.86 µm"
    menu.actions()[0].trigger()
    assert scale.pixel_size == PixelSize(0.86, "10x Axiocam")
    monkeypatch.setattr(questions, "ask_choice", lambda *_: "10x Axiocam")
    menu.actions()[-1].trigger()
    assert preferences.remembered_sizes() == {}


def test_saved_nonsense_is_left_out() -> None:
    preferences.remember(preferences.PIXEL_SIZES, {"a": "2", "b": -1, "c": True, "d": 1e400, "e": 2})
    assert preferences.remembered_sizes() == {"e": 2.0}
