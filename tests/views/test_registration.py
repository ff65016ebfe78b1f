"""Views moved by a known rotation and shift are put back where they were."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from napari_rocks2net.synthetic import draw_slide
from napari_rocks2net.views import ViewError
from napari_rocks2net.views.registration import register

SECTION_SIDE, SIDE = 260, 180


@pytest.fixture(scope="module")
def slide():
    return draw_slide("granite", size=SECTION_SIDE, seed=3)


def placed(angle: float, shift: tuple[float, float] = (0, 0)) -> np.ndarray:
    """Pixels of a view to those of the drawing."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    matrix[:2, 2] = (SECTION_SIDE - 1) / 2 + np.array(shift) - matrix[:2, :2] @ np.full(2, (SIDE - 1) / 2)
    return matrix


def view(drawing: np.ndarray, matrix: np.ndarray, side: int = SIDE) -> np.ndarray:
    channels = [
        ndimage.affine_transform(
            drawing[..., each].astype(float), matrix[:2, :2], matrix[:2, 2], (side, side)
        )
        for each in range(3)
    ]
    return np.stack(channels, -1).clip(0, 255).astype(np.uint8)


def largest_error(registration: np.ndarray, true: np.ndarray) -> float:
    corners = np.array([[y, x, 1] for y in (0, SIDE - 1) for x in (0, SIDE - 1)]).T
    return float(np.linalg.norm(((registration - true) @ corners)[:2], axis=0).max())


@pytest.mark.parametrize(("angle", "shift"), [(0.0, (0, 0)), (0.0, (7.4, -3.2)), (0.8, (-5.3, 6.1))])
def test_crossed_polars_are_laid_on_plane_light(slide, angle, shift):
    still, moved = placed(0), placed(angle, shift)
    registration = register(view(slide.ppl(), still), view(slide.xpl(0), moved))
    assert largest_error(registration.matrix, np.linalg.inv(still) @ moved) <= 1
    assert registration.trusted
    assert registration.quality > 2


@pytest.mark.parametrize("turned", [30.0, None])
def test_a_turned_stage_is_turned_back_about_an_unknown_centre(slide, turned):
    still, moved = placed(0), placed(-31, (9, -4))
    registration = register(view(slide.xpl(0), still), view(slide.xpl(149), moved), turned)
    assert largest_error(registration.matrix, np.linalg.inv(still) @ moved) <= 1
    assert registration.trusted
    assert registration.angle == pytest.approx(-31, abs=0.3)


def test_a_stack_whose_picture_stands_still_is_left_so(slide):
    still = placed(0)
    registration = register(view(slide.xpl(0), still), view(slide.xpl(15), still), 15)
    assert largest_error(registration.matrix, np.eye(3)) <= 1
    assert registration.trusted


def test_views_of_different_fields_are_not_trusted(slide):
    other = draw_slide("granite", size=SECTION_SIDE, seed=8)
    registration = register(view(slide.ppl(), placed(0)), view(other.xpl(0), placed(0)))
    assert not registration.trusted
    assert registration.quality < 1.3, "no better there than by chance elsewhere"


def test_what_cannot_be_registered_is_refused():
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    with pytest.raises(ViewError, match="too small"):
        register(noise, noise[:20])
    with pytest.raises(ViewError, match="shows nothing"):
        register(noise, np.full((64, 64, 3), 9, np.uint8))
