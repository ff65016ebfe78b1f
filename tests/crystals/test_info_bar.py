"""Information bars are detected to the row; pictures without one stay whole."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from napari_rocks2net.crystals import CrystalError, find_info_bar
from napari_rocks2net.crystals.synthetic import draw_sem_image


@pytest.mark.parametrize("seed", range(3))
def test_the_synthetic_bar_is_detected(seed):
    image = draw_sem_image((200, 260), 30, info_bar=True, seed=seed).image
    assert find_info_bar(image) == (0, 200)


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_without_a_bar_stays_whole(seed):
    assert find_info_bar(draw_sem_image((200, 260), 30, seed=seed).image) == (0, 200)


def test_a_white_bar_a_bar_above_and_both(sem):
    height, width = sem.image.shape
    bar = np.full((24, width), 255, np.uint8)
    bar[8:16, 10:60] = 0
    assert find_info_bar(np.vstack([sem.image, bar])) == (0, height)
    assert find_info_bar(np.vstack([bar, sem.image])) == (24, height + 24)
    assert find_info_bar(np.vstack([bar, sem.image, bar])) == (24, height + 24)


def test_a_frame_below_the_bar_hides_nothing(sem):
    height, width = sem.image.shape
    bar = np.vstack([np.full((24, width), 255, np.uint8), np.full((2, width), 90, np.uint8)])
    assert find_info_bar(np.vstack([sem.image, bar])) == (0, height)


@pytest.mark.parametrize("image", [np.zeros((50, 60)), np.tile(np.arange(60.0), (50, 1))])
def test_even_ground_is_no_bar(image):
    assert find_info_bar(image) == (0, 50)


@pytest.mark.parametrize("noise", [0, 3])
@pytest.mark.parametrize("touches_the_left_side", [False, True])
def test_even_ground_above_the_first_crystal_is_no_bar(rng, noise, touches_the_left_side):
    picture = np.full((400, 500), 40.0)
    y, x = np.mgrid[:400, :500]
    for centre in range(60, 500, 90):
        picture[(y - 35) ** 2 + (x - centre) ** 2 < 225] = 180
    picture[100:150, 0 if touches_the_left_side else 20 : 480] = 170
    picture[230:262, 100:140] = 180
    picture = (picture + noise * rng.standard_normal(picture.shape)).astype(np.uint8)
    assert find_info_bar(picture) == (0, 400)
    assert find_info_bar(picture[::-1]) == (0, 400)


def test_a_dark_bar_below_dark_ground_is_still_detected(rng):
    picture = np.clip(30 + 6 * rng.standard_normal((400, 500)), 0, 255)
    picture[60:330, 30:470] = 150
    bar = np.zeros((30, 500))
    bar[8:20, 40:160] = 255
    picture[-12:] = 150
    assert find_info_bar(np.vstack([picture, bar]).astype(np.uint8)) == (0, 400)


@pytest.fixture
def lettered():
    """Return a function that makes a bar with a scale and letters."""

    def make(height, width, paper=0, ink=255):
        bar = np.full((height, width), float(paper))
        bar[height // 3 : 2 * height // 3, 10 : width // 3 : 4] = ink
        bar[height // 2 - 1 : height // 2 + 2, -width // 4 : -10] = ink
        return bar

    return make


def stored(picture, as_jpeg):
    """Return grey values as they come out of a file."""
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    if not as_jpeg:
        return np.asarray(image)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return np.asarray(Image.open(file))


@pytest.fixture
def ground(rng):
    """Even texture that fills a picture from edge to edge."""
    texture = ndimage.gaussian_filter(rng.standard_normal((400, 500)), 5)
    return 130 + 50 * texture / np.abs(texture).max() + 5 * rng.standard_normal((400, 500))


@pytest.mark.parametrize("as_jpeg", [False, True])
@pytest.mark.parametrize("bottom", ["black", "white", "even", "faded"])
def test_a_flat_bottom_without_lettering_is_no_bar(ground, rng, as_jpeg, bottom):
    flat = {"black": 0, "white": 255, "even": 120 + 2 * rng.standard_normal((50, 500))}
    if bottom == "faded":
        ground *= np.linspace(1, 0, 400)[:, None]
    else:
        ground[-50:] = flat[bottom]
    assert find_info_bar(stored(ground, as_jpeg)) == (0, 400)


@pytest.mark.parametrize("as_jpeg", [False, True])
@pytest.mark.parametrize("paper", [0, 128, 255])
def test_two_bars_below_and_a_thin_one_above_with_a_bar_below(ground, lettered, as_jpeg, paper):
    ink = 255 if paper < 200 else 0
    below = lettered(56, 500, paper, ink)
    stack = np.vstack([ground, lettered(24, 500, 255 - paper, 255 - ink), below])
    assert find_info_bar(stored(stack, as_jpeg)) == (0, 400)
    assert find_info_bar(stored(np.vstack([lettered(32, 500, paper, ink), ground, below]), as_jpeg)) == (
        32,
        432,
    )


@pytest.mark.parametrize("paper", [0, 255])
def test_a_bar_below_black_ground_is_detected_and_no_crystal_is_cut(rng, lettered, paper):
    picture = np.clip(3 + 2 * rng.standard_normal((400, 500)), 0, 255)
    y, x = np.mgrid[:400, :500]
    for centre in range(60, 500, 90):
        picture[(y - centre * 0.7) ** 2 + (x - centre) ** 2 < 400] = 180
    assert find_info_bar(stored(picture, False)) == (0, 400)
    bar = lettered(56, 500, paper, 255 - paper)
    assert find_info_bar(stored(np.vstack([picture, bar]), False)) == (0, 400)


def test_what_is_no_picture_is_refused():
    with pytest.raises(CrystalError, match="shape"):
        find_info_bar(np.zeros(9))


@pytest.mark.real_data
def test_bars_of_real_micrographs_are_cut_and_no_crystal_is(real_data):
    from PIL import Image

    folder = real_data / "sem_particles"
    cropped = 0
    for path in sorted((folder / "images").glob("*.png")):
        image = np.asarray(Image.open(path).convert("L"))
        truth = np.asarray(Image.open(folder / "segmaps" / path.name))
        first, last = find_info_bar(image)
        cropped += (first, last) != (0, len(image))
        outside = np.count_nonzero(truth[:first]) + np.count_nonzero(truth[last:])
        assert outside <= 0.005 * np.count_nonzero(truth), path.name
    assert cropped >= 9
