"""Photos with the critical area outlined on them."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.classify import CriticalArea, Prediction
from napari_rocks2net.evaluation import draw_prediction

YELLOW = (255, 221, 0)


def prediction(area: CriticalArea | None) -> Prediction:
    return Prediction(
        "grain", "fine crystal", 0.934, {"fine crystal": 0.934, "others": 0.066}, critical_area=area
    )


def yellow_box(picture: np.ndarray, height: int) -> tuple[int, int, int, int]:
    """Return the pixel edges of what is yellow within the photo."""
    rows, columns = np.nonzero(np.all(picture[:height] == YELLOW, axis=-1))
    return rows.min(), columns.min(), rows.max() + 1, columns.max() + 1


@pytest.mark.parametrize("box", [(20, 30, 90, 140), (0, 0, 100, 160), (99, 0, 100, 1)])
def test_rectangle_lands_on_the_critical_area(box: tuple[int, int, int, int]) -> None:
    rgb = np.full((100, 160, 3), 90, np.uint8)
    picture = draw_prediction(rgb, prediction(CriticalArea(*box)))
    assert yellow_box(picture, 100) == box
    inside = picture[box[0] + 3 : box[2] - 3, box[1] + 3 : box[3] - 3]
    assert np.all(inside == 90)


def test_part_of_the_area_outside_the_photo_is_cut_off() -> None:
    rgb = np.zeros((60, 80, 3), np.uint8)
    picture = draw_prediction(rgb, prediction(CriticalArea(-20, 10, 200, 50)))
    assert yellow_box(picture, 60) == (0, 10, 60, 50)


def test_area_on_the_padding_alone_is_not_outlined() -> None:
    rgb = np.full((60, 80, 3), 7, np.uint8)
    picture = draw_prediction(rgb, prediction(CriticalArea(-30, 0, -5, 80)))
    np.testing.assert_array_equal(picture[:60], rgb)


def test_without_a_critical_area_only_the_caption_is_added() -> None:
    rgb = np.full((60, 200, 3), 7, np.uint8)
    picture = draw_prediction(rgb, prediction(None))
    np.testing.assert_array_equal(picture[:60], rgb)
    assert picture.shape[0] > 60
    assert np.all(picture[60:].max(axis=(0, 1)) > (100, 100, -1))


def test_every_property_has_a_line_below_the_one_area() -> None:
    rgb = np.full((100, 160, 3), 7, np.uint8)
    one = prediction(CriticalArea(20, 30, 90, 140))
    single, several = draw_prediction(rgb, one), draw_prediction(rgb, one, one, one)
    np.testing.assert_array_equal(several[: len(single)], single)
    caption = len(single) - 100
    assert len(several) == 100 + 3 * caption
    for line in range(3):
        rows = several[100 + line * caption : 100 + (line + 1) * caption]
        assert np.all(rows.max(axis=(0, 1)) > (100, 100, -1))


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1)])
def test_one_pixel_sides_can_be_outlined(shape: tuple[int, int]) -> None:
    area = CriticalArea(0, 0, *(float(side) for side in shape))
    assert draw_prediction(np.zeros((*shape, 3), np.uint8), prediction(area)).shape[1] == shape[1]


def test_caption_names_property_class_and_per_cent() -> None:
    assert prediction(None).caption() == "grain: fine crystal 93 %"
