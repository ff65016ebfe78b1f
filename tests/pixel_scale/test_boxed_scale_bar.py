"""A scale bar on a label is found, filled or half filled, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from napari_rocks2net.imaging import read_image
from napari_rocks2net.pixel_scale import find_scale_bar
from napari_rocks2net.pixel_scale.boxed_scale_bar import find_boxed_scale_bar
from napari_rocks2net.synthetic.drawing import draw_section

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
# Left, top, right and bottom of the label, and of the bar on it.
LABEL, BAR = (320, 400, 599, 459), (340, 436, 539, 445)


@pytest.fixture(scope="module")
def section() -> np.ndarray:
    """A section of 640 x 480 px in plane-polarised light."""
    example = draw_section("granite", property="basic category", size=320, seed=3)
    return np.asarray(Image.fromarray(example.ppl).resize((640, 480)))


def labelled(
    rgb: np.ndarray,
    box: tuple[int, int, int] = WHITE,
    ink: tuple[int, int, int] = BLACK,
    bars: tuple[tuple[int, int, int, int], ...] = (BAR,),
    text: str = "0.5 mm",
    *,
    outlined: bool = False,
) -> np.ndarray:
    """Draw a label with lettering and bars."""
    picture = Image.fromarray(rgb)
    draw = ImageDraw.Draw(picture)
    draw.rectangle(LABEL, fill=box)
    for left, top, right, bottom in bars:
        draw.rectangle((left, top, right, bottom), fill=ink)
        if outlined:
            draw.rectangle((left + 2, top + 2, (left + right) // 2, bottom - 2), fill=box)
    draw.text((460, 416), text, ink, ImageFont.load_default(22), anchor="mm")
    return np.array(picture)


@pytest.mark.parametrize("outlined", [False, True])
@pytest.mark.parametrize(("box", "ink"), [(WHITE, BLACK), (BLACK, WHITE)])
def test_a_bar_on_a_label_is_detected_to_the_pixel(
    section: np.ndarray, box: tuple[int, int, int], ink: tuple[int, int, int], outlined: bool
) -> None:
    bar = find_scale_bar(labelled(section, box, ink, outlined=outlined))
    assert bar.pixels == pytest.approx(200, abs=1)
    assert bar.left == pytest.approx(340, abs=1)
    assert bar.row == pytest.approx(441, abs=1)


def test_a_label_that_ends_with_its_bar_is_one(section: np.ndarray) -> None:
    """Some are cut close below the bar."""
    picture = labelled(section, outlined=True)
    picture[BAR[3] + 1 :] = section[BAR[3] + 1 :]
    assert find_scale_bar(picture).pixels == pytest.approx(200, abs=1)


def test_two_bars_on_a_label_tell_nothing(section: np.ndarray) -> None:
    assert find_scale_bar(labelled(section, bars=(BAR, (340, 448, 500, 454)))) is None


@pytest.mark.parametrize("text", ["", "."])
def test_a_bar_without_lettering_is_none(section: np.ndarray, text: str) -> None:
    assert find_scale_bar(labelled(section, text=text)) is None


def test_lettering_on_a_label_is_no_bar(section: np.ndarray) -> None:
    assert find_scale_bar(labelled(section, bars=(), text="sample 17 XPL")) is None


def test_a_band_across_the_whole_photo_is_no_label(section: np.ndarray) -> None:
    picture = labelled(section)
    band = picture[LABEL[1] : LABEL[3] + 1]
    band[:, : LABEL[0]] = band[:, LABEL[2] + 1 :] = 255
    assert find_boxed_scale_bar(picture) is None


@pytest.mark.real_data
def test_bars_on_the_labels_of_carbonates_are_detected(real_data: Path) -> None:
    files = sorted((real_data / "carbonate_grey").rglob("*.png"))
    shapes_and_bars = [((rgb := read_image(file)).shape[1], find_scale_bar(rgb)) for file in files]
    lengths = [bar.pixels for width, bar in shapes_and_bars if bar is not None and width == 501]
    assert (len(files), len(lengths)) == (108, 8)
    assert np.abs(np.array(lengths) / np.median(lengths) - 1).max() <= 0.02
