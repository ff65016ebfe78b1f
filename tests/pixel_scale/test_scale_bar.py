"""The bar that a camera's program draws into a photo is found, and nothing else is taken for one."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from napari_rocks2net.imaging import read_image
from napari_rocks2net.pixel_scale import PixelSizeError, find_scale_bar
from napari_rocks2net.synthetic.drawing import draw_section

RED, YELLOW, WHITE, BLACK = (255, 0, 0), (255, 255, 0), (255, 255, 255), (0, 0, 0)


@pytest.fixture(scope="module")
def section() -> np.ndarray:
    """A section of 640 px in plane-polarised light."""
    example = draw_section("lithic sandstone", property="basic category", size=320, seed=5)
    return np.asarray(Image.fromarray(example.ppl).resize((640, 640)))


def with_bar(
    rgb: np.ndarray,
    left: int = 500,
    right: int = 600,
    colour: tuple[int, int, int] = RED,
    *,
    row: int = 600,
    ticks: bool = True,
    lettering: bool = True,
    thickness: int = 2,
) -> np.ndarray:
    """Draw a bar as programs do."""
    picture = Image.fromarray(rgb)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((left, row, right, row + thickness - 1), fill=colour)
    if ticks:
        for end in (left, right):
            draw.rectangle((end - 1, row - 7, end, row + 7 + thickness), fill=colour)
    if lettering:
        font = ImageFont.load_default(22)
        draw.text(((left + right) / 2, row - 16), "200 µm", colour, font, anchor="mm")
    return np.asarray(picture)


def as_jpeg(rgb: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    file.seek(0)
    return np.asarray(Image.open(file).convert("RGB"))


@pytest.mark.parametrize(
    ("colour", "brightness"), [(RED, 1.0), (YELLOW, 1.0), (WHITE, 0.3), (WHITE, 0.8), (BLACK, 1.0)]
)
def test_a_bar_of_any_colour_is_detected_to_the_pixel(
    section: np.ndarray, colour: tuple[int, int, int], brightness: float
) -> None:
    bar = find_scale_bar(with_bar((brightness * section).astype(np.uint8), colour=colour))
    assert bar.pixels == pytest.approx(100, abs=1)
    assert bar.row == pytest.approx(601, abs=1)
    assert bar.pixel_size(200).micrometres == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize("quality", [95, 75, 60])
@pytest.mark.parametrize("length", [100, 150, 300])
def test_compression_and_length_do_not_matter(section: np.ndarray, quality: int, length: int) -> None:
    bar = find_scale_bar(as_jpeg(with_bar(section, 40, 40 + length), quality))
    assert bar.pixels == pytest.approx(length, rel=0.02)


def test_a_bar_without_ticks_ends_where_its_colour_does(section: np.ndarray) -> None:
    bar = find_scale_bar(with_bar(section, ticks=False, thickness=5))
    assert bar.pixels == pytest.approx(101, abs=1)


def test_a_bar_may_stand_at_the_upper_edge(section: np.ndarray) -> None:
    assert find_scale_bar(with_bar(section, row=60)).pixels == pytest.approx(100, abs=1)


@pytest.mark.parametrize("rock", ["granite", "basalt", "lithic sandstone", "siltstone"])
def test_sections_without_a_bar_have_none(rock: str) -> None:
    example = draw_section(rock, property="basic category", size=256, seed=2, flaws=True)
    assert find_scale_bar(example.ppl) is None
    assert find_scale_bar(example.xpl) is None


@pytest.mark.parametrize("colour", [WHITE, BLACK, (120, 60, 50), RED])
def test_a_crack_is_no_bar(section: np.ndarray, colour: tuple[int, int, int]) -> None:
    assert find_scale_bar(with_bar(section, colour=colour, ticks=False, lettering=False)) is None


def test_lettering_alone_is_no_bar(section: np.ndarray) -> None:
    picture = Image.fromarray(section)
    ImageDraw.Draw(picture).text((400, 590), "sample 17 PPL 10x", RED, ImageFont.load_default(20))
    assert find_scale_bar(np.asarray(picture)) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (16, 16)])
def test_a_photo_of_any_size_is_looked_at(size: tuple[int, int]) -> None:
    assert find_scale_bar(np.full((*size, 3), 255, np.uint8)) is None


@pytest.mark.parametrize("seed", range(3))
def test_noise_has_none(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (200, 300, 3), np.uint8)
    assert find_scale_bar(noise) is None
    assert find_scale_bar(np.where(noise > 127, 255, 0).astype(np.uint8)) is None


@pytest.mark.parametrize("length", [0, -200, float("inf"), float("nan")])
def test_a_length_that_is_none_is_refused(section: np.ndarray, length: float) -> None:
    with pytest.raises(PixelSizeError, match="positive length"):
        find_scale_bar(with_bar(section)).pixel_size(length)


@pytest.mark.real_data
def test_bars_of_a_real_microscope_are_detected_and_photos_without_have_none(real_data) -> None:
    with_bars = sorted((real_data / "mudstone" / "10x_scale_bar").rglob("*.jpg"))
    lengths = [bar.pixels if (bar := find_scale_bar(read_image(file))) else np.nan for file in with_bars]
    # All of one objective and camera.
    errors = np.abs(np.array(lengths) / np.nanmedian(lengths) - 1)
    # Letters that come down beside the line, on red rock, once hid one of them.
    assert errors.max() <= 0.02
    without = sorted((real_data / "mudstone" / "10x").rglob("*.jpg"))
    assert [file.name for file in without if find_scale_bar(read_image(file)) is not None] == []
