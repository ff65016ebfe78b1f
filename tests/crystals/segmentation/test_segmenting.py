"""The built-in segmentation on synthetic crystals whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from napari_rocks2net.crystals import (
    CrystalError,
    SegmentationSettings,
    iterate_segmentation,
    score_crystals,
    segment_crystals,
)
from napari_rocks2net.crystals.synthetic import draw_sem_image

QUICK = SegmentationSettings(size=40, levels=8)


@pytest.fixture(scope="module")
def segmented(sem):
    return segment_crystals(sem.image, QUICK)


def test_synthetic_crystals_are_detected(sem, segmented):
    assert segmented.dtype == np.int32
    assert segmented.shape == sem.image.shape
    assert score_crystals(sem.labels, segmented).f1 > 0.8


def test_labels_are_numbered_without_gaps(segmented):
    assert np.array_equal(np.unique(segmented), np.arange(segmented.max() + 1))


def test_the_size_is_estimated_when_it_is_not_given(sem):
    segmented = segment_crystals(sem.image, SegmentationSettings(levels=8))
    assert score_crystals(sem.labels, segmented).f1 > 0.75


def test_micrometres_and_a_pixel_size_give_the_same_as_pixels(sem, segmented):
    micrometres = SegmentationSettings(size=40 * 0.02, size_unit="micrometre", levels=8)
    assert np.array_equal(segment_crystals(sem.image, micrometres, pixel_size=0.02), segmented)


@pytest.mark.parametrize("pixel_size", [None, 0, np.nan])
def test_micrometres_without_a_pixel_size_are_refused(sem, pixel_size):
    with pytest.raises(CrystalError, match="set the scale"):
        segment_crystals(sem.image, SegmentationSettings(size=1, size_unit="micrometre"), pixel_size)


def test_bit_depth_channels_and_range_do_not_matter(sem, segmented):
    wide = (sem.image.astype(np.uint16) * 16) + 300
    assert np.array_equal(segment_crystals(wide, QUICK), segmented)
    assert np.array_equal(segment_crystals(np.dstack([sem.image] * 3).astype(float) / 255, QUICK), segmented)


def test_dark_crystals_are_detected_on_request(sem):
    dark = SegmentationSettings(size=40, levels=8, dark=True)
    segmented = segment_crystals(255 - sem.image, dark)
    assert score_crystals(sem.labels, segmented).f1 > 0.75


def test_nothing_is_detected_in_the_info_bar(sem_with_bar, segmented):
    with_bar = segment_crystals(sem_with_bar.image, QUICK)
    height = segmented.shape[0]
    assert with_bar.shape == sem_with_bar.image.shape
    assert not with_bar[height:].any()
    # White letters stretch the grey values a little.
    assert score_crystals(segmented, with_bar[:height]).f1 > 0.9


def test_crystals_on_the_border_are_dropped_on_request(sem):
    inner = segment_crystals(sem.image, SegmentationSettings(size=40, levels=8, keep_border=False))
    assert not np.concatenate([inner[0], inner[-1], inner[:, 0], inner[:, -1]]).any()
    assert inner.max() > 5


def test_splitting_cuts_clumps():
    y, x = np.mgrid[:80, :120]
    clump = sum(((y - 40) ** 2 + (x - at) ** 2 < 18**2) for at in (30, 60, 90)) > 0
    image = np.random.default_rng(0).normal(np.where(clump, 160.0, 60.0), 4)
    cut = segment_crystals(image, SegmentationSettings(size=36, levels=6))
    whole = segment_crystals(image, SegmentationSettings(size=60, levels=6, splitting=0))
    assert cut.max() == 3
    assert whole.max() == 1


def test_sensitivity_finds_more():
    counts = [
        segment_crystals(
            draw_sem_image((160, 160), 30, noise=0.1, seed=2).image,
            SegmentationSettings(size=30, levels=6, sensitivity=sensitivity),
        ).max()
        for sensitivity in (0, 0.5, 1)
    ]
    assert counts[0] < counts[2]
    assert counts == sorted(counts)


@pytest.mark.parametrize("image", [np.zeros((64, 64)), np.full((8, 8), 7), np.eye(40) * 1e300])
def test_an_image_without_crystals_gives_no_or_few(image):
    assert segment_crystals(image, SegmentationSettings(size=20, levels=3)).max() <= 1


def test_noise_alone_gives_few(rng):
    noise = rng.normal(size=(128, 128))
    assert segment_crystals(noise, SegmentationSettings(size=20, levels=6)).max() < 10


def test_not_a_number_does_not_spoil_the_rest(sem, segmented):
    holed = sem.image.astype(float)
    holed[:3, :3] = np.nan
    assert score_crystals(segmented, segment_crystals(holed, QUICK)).f1 > 0.9


def test_progress_runs_from_the_first_step_to_the_last(sem):
    seen: list[tuple[int, int]] = []
    segment_crystals(
        sem.image, SegmentationSettings(size=40, levels=2), None, lambda *step: seen.append(step)
    )
    total = seen[0][1]
    assert [done for done, _ in seen] == list(range(1, total + 1))


def test_it_stops_when_the_callback_raises(sem):
    def stop_at_the_second(done: int, _: int) -> None:
        seen.append(done)
        if done == 2:
            raise InterruptedError

    seen: list[int] = []
    with pytest.raises(InterruptedError):
        segment_crystals(sem.image, QUICK, None, stop_at_the_second)
    assert seen == [1, 2]


def test_the_steps_can_be_closed_half_way(sem):
    steps = iterate_segmentation(sem.image, QUICK)
    next(steps)
    steps.close()
    assert list(steps) == []


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 100)), "at least 8 a side"),
        (np.zeros((20, 20, 5)), "shape"),
        (np.zeros((3, 20, 20)), "shape"),
        (np.full((20, 20), np.nan), "no finite value"),
        (np.array([["a"] * 10] * 10), "type"),
        (np.zeros((10, 10), complex), "type"),
    ],
)
def test_what_is_no_image_is_refused(image, words):
    with pytest.raises(CrystalError, match=words):
        segment_crystals(image)


@pytest.mark.parametrize(
    "settings",
    [
        {"size": 0},
        {"size": -3},
        {"size": float("nan")},
        {"size_unit": "inch"},
        {"size_range": (1.2, 2)},
        {"size_range": (0, 2)},
        {"splitting": 1.1},
        {"sensitivity": -0.1},
        {"denoising": 11},
        {"denoising": float("nan")},
        {"levels": 0},
    ],
)
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(CrystalError):
        SegmentationSettings(**settings)
