"""The crop transform against closed forms and slicing."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.models import boxes_from_translation, crop_critical_area, translation_from_boxes


def test_the_whole_image_is_its_own_crop() -> None:
    images = torch.rand(2, 3, 16, 24)
    whole = torch.tensor([[0.0, 0.0, 1.0, 1.0]]).repeat(2, 1)
    torch.testing.assert_close(crop_critical_area(images, whole), images)


def test_a_ramp_is_enlarged_exactly() -> None:
    centres = (torch.arange(40) + 0.5) / 40
    ramp = centres.view(1, 1, 1, 40).expand(1, 1, 40, 40).contiguous()
    box = torch.tensor([[0.1, 0.3, 0.6, 0.7]])
    expected = 0.3 + 0.4 * centres
    torch.testing.assert_close(crop_critical_area(ramp, box)[0, 0, 20], expected, atol=1e-5, rtol=0)


def test_rows_and_columns_are_not_exchanged() -> None:
    images = torch.zeros(1, 1, 8, 8)
    images[0, 0, 0, 7] = 1
    top_right = torch.tensor([[0.0, 0.5, 0.5, 1.0]])
    cropped = crop_critical_area(images, top_right)[0, 0]
    assert cropped.argmax().item() == 7


@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_boxes_follow_the_spec_and_come_back(tx: float, ty: float) -> None:
    translation = torch.tensor([[tx, ty]], dtype=torch.float64)
    box = boxes_from_translation(translation)[0].tolist()
    expected = [(1 + ty - 0.8) / 2, (1 + tx - 0.8) / 2, (1 + ty + 0.8) / 2, (1 + tx + 0.8) / 2]
    assert box == pytest.approx(expected)
    assert min(box) >= -1e-9
    assert max(box) <= 1 + 1e-9
    back = translation_from_boxes(boxes_from_translation(translation))
    torch.testing.assert_close(back, translation)
