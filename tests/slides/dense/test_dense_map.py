"""Maps by the dense way: the same where that can be, else near, and nothing left unsaid."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import dask.array as da
import numpy as np
import pytest
from tests.slides.test_map_folder import bytes_of

from napari_rocks2net import MapSettings, RockClassifier, Slide, map_slide
from napari_rocks2net.slides import CellState, SlideError, SlideMap, choose_way, plan_map, ways
from napari_rocks2net.slides.dense import blocks, calibrating

DENSE = MapSettings(field=64, stride=32, way="dense")
EXACT = replace(DENSE, way="exact")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slide of several blocks, read in strips, each of which sees a little of its neighbours."""
    monkeypatch.setattr(blocks, "PIXELS_READ", 10_000)
    monkeypatch.setattr(blocks, "CORE", 160)
    monkeypatch.setattr(blocks, "HALO", 32)


def both(
    classifier: RockClassifier, slide: Slide, settings: MapSettings = DENSE
) -> tuple[SlideMap, SlideMap]:
    return (
        map_slide(classifier, slide, settings),
        map_slide(classifier, slide, replace(settings, way="exact")),
    )


@pytest.mark.parametrize("times", [1, 2])
def test_without_padding_both_ways_are_the_same(
    paddingless: RockClassifier, gradients: np.ndarray, times: int
) -> None:
    pixels = gradients.repeat(times, axis=0).repeat(times, axis=1)
    settings = replace(DENSE, field=64 * times, stride=32 * times)
    dense, exact = both(paddingless, Slide.of_arrays(pixels), settings)
    assert dense.answered_by_way() == {"exact": 0, "dense": 9 * 15}
    np.testing.assert_allclose(dense["rock"].probabilities, exact["rock"].probabilities, atol=0.02)
    np.testing.assert_array_equal(dense.picture, exact.picture)
    np.testing.assert_array_equal(dense.states, exact.states)


def test_a_wide_slide_has_smaller_blocks_and_the_same_answers(
    paddingless: RockClassifier, gradients: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    slide = Slide.of_arrays(gradients)
    plan, ordinary = plan_map(paddingless, slide, DENSE), map_slide(paddingless, slide, DENSE)
    side = blocks.MapBlocks(paddingless.models[0], plan).core
    monkeypatch.setattr(blocks, "WIDE", 0)
    monkeypatch.setattr(blocks, "CORE_OF_WIDE", 96)
    assert blocks.MapBlocks(paddingless.models[0], plan).core < side
    wide = map_slide(paddingless, slide, DENSE)
    np.testing.assert_allclose(wide["rock"].probabilities, ordinary["rock"].probabilities, atol=0.01)


def test_windows_between_the_positions_of_the_map_are_near(
    paddingless: RockClassifier, gradients: np.ndarray
) -> None:
    dense, exact = both(paddingless, Slide.of_arrays(gradients), replace(DENSE, stride=20))
    difference = np.abs(dense["rock"].probabilities - exact["rock"].probabilities)
    assert difference.mean() < 0.03


def test_both_ways_are_tried_all_over_a_slide_of_few_blocks_and_in_some_blocks_of_many(
    paddingless: RockClassifier, gradients: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_map(paddingless, Slide.of_arrays(gradients), DENSE)
    maps = blocks.MapBlocks(paddingless.models[0], plan)

    def tried() -> np.ndarray:
        return np.array(calibrating.cells_to_calibrate(plan, maps))

    assert maps.count() <= calibrating.SITES
    assert len(tried()) == calibrating.WINDOWS
    assert [*tried().min(axis=0), *tried().max(axis=0)] == [0, 0, *(np.array(plan.grid.shape) - 1)]
    monkeypatch.setattr(calibrating, "SITES", 2)
    first = [maps.blocks_of(maps.corners(row, np.array([column]))) for row, column in tried()]
    assert len({tuple(each) for each in first}) == 2


def test_cells_in_doubt_have_the_answers_of_their_windows(
    padded: RockClassifier, gradients: np.ndarray
) -> None:
    slide = Slide.of_arrays(gradients)
    dense, exact = both(padded, slide)
    again = dense.dense == 0
    assert 0 < again.sum() < again.size
    # Batches of other sizes differ in the last digit.
    np.testing.assert_allclose(
        dense["rock"].probabilities[again], exact["rock"].probabilities[again], atol=1e-6
    )
    assert (dense["rock"].classes() == exact["rock"].classes()).mean() >= 0.9
    calibrated = choose_way(padded, plan_map(padded, slide, DENSE)).calibrated
    assert calibrated is not None
    margins = np.diff(np.sort(dense["rock"].probabilities, axis=2)[..., -2:], axis=2)[..., 0]
    assert margins[~again].min() >= calibrated.agreements[0].again_below


def test_a_dense_map_that_was_stopped_goes_on_to_the_same_bytes(
    tmp_path: Path, padded: RockClassifier, gradients: np.ndarray
) -> None:
    def stop(done: int, total: int) -> None:
        if done >= 70:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        map_slide(padded, Slide.of_arrays(gradients), DENSE, out=tmp_path / "a", on_progress=stop)
    map_slide(padded, Slide.of_arrays(gradients), DENSE, out=tmp_path / "a", resume=True)
    map_slide(padded, Slide.of_arrays(gradients), DENSE, out=tmp_path / "b")
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    record = json.loads((tmp_path / "a" / "map.json").read_text())
    assert record["way"]["name"] == "dense"
    assert sum(record["answered"].values()) == 9 * 15
    assert record["way"]["expected_agreement"][0]["property"] == "rock"


@pytest.mark.parametrize("damage", ["{", "[]", "[{}]"])
def test_a_damaged_calibration_is_one_sentence(
    tmp_path: Path, padded: RockClassifier, gradients: np.ndarray, damage: str
) -> None:
    map_slide(padded, Slide.of_arrays(gradients), DENSE, out=tmp_path)
    (tmp_path / "calibration.json").write_text(damage)
    with pytest.raises(SlideError, match=r"cannot be gone on with as it was begun.*--overwrite"):
        map_slide(padded, Slide.of_arrays(gradients), DENSE, out=tmp_path, resume=True)


@pytest.mark.parametrize("written_down", [True, False])
def test_a_map_is_not_gone_on_with_in_blocks_of_another_size(
    tmp_path: Path,
    padded: RockClassifier,
    gradients: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    written_down: bool,
) -> None:
    """An earlier version had large blocks on wide slides, too, and did not write that down."""
    map_slide(padded, Slide.of_arrays(gradients), DENSE, out=tmp_path)
    record = json.loads((tmp_path / "map.json").read_text())
    assert len(record["way"]["blocks"]) == 1
    if not written_down:
        del record["way"]["blocks"]
        (tmp_path / "map.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        map_slide(padded, Slide.of_arrays(gradients), DENSE, out=tmp_path, resume=True)
    monkeypatch.setattr(blocks, "WIDE", 100)
    monkeypatch.setattr(blocks, "CORE_OF_WIDE", 96)
    with pytest.raises(SlideError, match=r"its blocks were \[\d+\] pixels wide.*--overwrite"):
        map_slide(padded, Slide.of_arrays(gradients), DENSE, out=tmp_path, resume=True)


def test_a_broken_tile_empties_the_cells_that_see_it_and_no_other(
    padded: RockClassifier, gradients: np.ndarray
) -> None:
    def broken(block: np.ndarray, block_info: dict) -> np.ndarray:
        if block_info and block_info[0]["chunk-location"][:2] == (1, 5):
            raise OSError("the disk has a scratch")
        return block

    lazy = da.from_array(gradients, chunks=(64, 64, 3))
    lazy = lazy.map_blocks(broken, dtype=np.uint8, meta=gradients[:0])
    dense, exact = both(padded, Slide.of_arrays(lazy))
    np.testing.assert_array_equal(dense.states, exact.states)
    assert dense.count(CellState.UNREADABLE) == 9


def test_background_is_left_out_in_both_ways(padded: RockClassifier, gradients: np.ndarray) -> None:
    gradients[:, :160] = 250
    dense, exact = both(padded, Slide.of_arrays(gradients), replace(DENSE, leave_out="bright"))
    np.testing.assert_array_equal(dense.states, exact.states)
    np.testing.assert_array_equal(dense.background, exact.background)
    assert dense.count(CellState.BACKGROUND) > 0


def test_a_region_is_kept(padded: RockClassifier, gradients: np.ndarray) -> None:
    region = [np.array([[0, 300], [320, 300], [320, 512], [0, 512]])]
    slide = Slide.of_arrays(gradients)
    result = map_slide(padded, slide, DENSE, region=region)
    np.testing.assert_array_equal(result["rock"].answered, result.grid.centres()[..., 1] > 300)


def test_few_windows_are_run_by_themselves_unless_asked(
    padded: RockClassifier, gradients: np.ndarray
) -> None:
    plan = plan_map(padded, Slide.of_arrays(gradients), replace(DENSE, way="auto"))
    assert choose_way(padded, plan).sentence == "Each window by itself: 135 windows are few."


def test_the_faster_way_is_taken_where_both_agree(
    paddingless: RockClassifier, gradients: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "FEWEST_CELLS", 100)
    monkeypatch.setattr(ways, "LEAST_GAIN", 0.0)
    plan = plan_map(paddingless, Slide.of_arrays(gradients), replace(DENSE, way="auto"))
    chosen = choose_way(paddingless, plan)
    assert chosen.name == "dense"
    assert "times as fast" in chosen.sentence
    monkeypatch.setattr(ways, "LARGEST_DIFFERENCE", -1.0)
    assert choose_way(paddingless, plan).name == "exact"
    monkeypatch.setattr(ways, "LEAST_GAIN", 1e9)
    assert "would not be faster" in choose_way(paddingless, plan).sentence


def test_a_model_without_a_dense_way_says_why(colours: RockClassifier, two_halves: np.ndarray) -> None:
    with pytest.raises(SlideError, match=r"does not answer by the means.*Choose the way 'exact'"):
        map_slide(colours, Slide.of_arrays(two_halves), DENSE)
    plan = plan_map(colours, Slide.of_arrays(two_halves), replace(DENSE, way="auto"))
    assert "does not answer by the means" in choose_way(colours, plan).sentence


def test_a_slide_without_rock_cannot_be_calibrated(padded: RockClassifier) -> None:
    slide = Slide.of_arrays(np.full((320, 512, 3), 250, np.uint8))
    with pytest.raises(SlideError, match="cannot be calibrated"):
        map_slide(padded, slide, replace(DENSE, leave_out="bright"))
