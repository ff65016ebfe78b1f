"""The sample sections open as layers with their scale."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.plugin import sample_data


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_data, "SAMPLE_SIZE", 64)
    monkeypatch.setattr(sample_data, "ROTATION_ANGLES", 6)
    monkeypatch.setattr(sample_data, "SEM_HEIGHT", 120)


def test_a_sample_is_one_photo_with_its_scale() -> None:
    [(picture, place, kind)] = sample_data.fine_crystals()
    assert kind == "image"
    assert np.shape(picture) == (64, 64, 3)
    assert place["scale"] == (4.0, 4.0)
    assert place["name"].endswith("XPL")


def test_the_rotation_is_a_stack_over_half_a_turn() -> None:
    [(stack, place, _)] = sample_data.granite_rotation()
    assert np.shape(stack) == (6, 64, 64, 3)
    assert place["scale"][0] * len(stack) == 180
    assert place["axis_labels"][0] == "stage angle"
    assert (stack[0] != stack[2]).any()


def test_the_slide_is_a_pyramid_that_is_rendered_where_it_is_shown() -> None:
    layers = sample_data.sandstone_slide()
    assert [place["name"][-3:] for _, place, _ in layers] == ["PPL", "XPL"]
    for levels, place, _ in layers:
        assert place["multiscale"]
        shapes = [level.shape for level in levels]
        assert shapes[0] == (20_000, 20_000, 3)
        assert shapes[-1] == (625, 625, 3)
    overview = np.asarray(layers[1][0][-1][300:316, 300:316])
    assert overview.std() > 5


def test_the_sem_image_has_crystals_a_scale_and_an_info_bar() -> None:
    from napari_rocks2net.crystals import find_info_bar

    [(picture, place, kind)] = sample_data.sem_microcrystals()
    assert kind == "image"
    assert np.asarray(picture)[:120].std() > 20
    assert find_info_bar(picture) == (0, 120)
    assert place["units"] == ("um", "um")
