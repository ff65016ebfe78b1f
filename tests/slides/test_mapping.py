"""Maps with planted truth: boundaries where they were planted, empty cells where nothing can be read."""

from __future__ import annotations

from pathlib import Path

import dask.array as da
import numpy as np
import pytest
from tests.slides.conftest import BLUE, RED

from napari_rocks2net import MapSettings, RockClassifier, Slide, map_slide
from napari_rocks2net.slides import CellState, SlideError, area_table, plan_map

SETTINGS = MapSettings(field=64, stride=32)


def test_the_boundary_of_two_colours_lies_where_it_is(
    colours: RockClassifier, two_halves: np.ndarray
) -> None:
    result = map_slide(colours, Slide.of_arrays(two_halves), SETTINGS)
    centres = result.grid.centres()[..., 1]
    classes = result["colour"].classes()
    assert classes.shape == (7, 13)
    assert (classes[centres < 224] == 1).all()
    assert (classes[centres > 224] == 2).all()
    inside = np.abs(centres - 224) >= 32
    assert result["colour"].confidence()[inside].min() > 0.95
    # The windows on the boundary see both colours.
    assert result["colour"].confidence()[~inside].max() < 0.6


def test_a_cell_says_what_its_window_says_as_a_photo(model_path: Path, rng: np.random.Generator) -> None:
    classifier = RockClassifier.load(model_path, device="cpu")
    pixels = rng.integers(0, 256, (160, 192, 3), np.uint8)
    result = map_slide(classifier, Slide.of_arrays(pixels), MapSettings(field=96, stride=48))
    y0, x0, y1, x1 = result.grid.window(1, 2)
    photo = classifier.predict(pixels[y0:y1, x0:x1]).only
    answers = result["lithology"]
    np.testing.assert_allclose(answers.probabilities[1, 2], list(photo.probabilities.values()), atol=1e-5)
    area = np.array(photo.critical_area.box) + np.array([y0, x0, y0, x0])
    np.testing.assert_allclose(answers.critical_areas[1, 2], area, atol=1e-2)


def test_a_model_of_several_properties_maps_them_in_one_go(
    joint_model_path: Path, rng: np.random.Generator
) -> None:
    classifier = RockClassifier.load(joint_model_path, device="cpu")
    slide = Slide.of_arrays(rng.integers(0, 256, (64, 128, 3), np.uint8))
    result = map_slide(classifier, slide, MapSettings(field=64, stride=64))
    for name, count in {"lithology": 3, "matrix": 2}.items():
        assert result[name].probabilities.shape == (1, 2, count)
        np.testing.assert_allclose(result[name].probabilities.sum(axis=2), 1, atol=1e-5)
    assert set(area_table(result)["property"]) == {"lithology", "matrix"}


def test_a_probe_maps_too(rng: np.random.Generator) -> None:
    from napari_rocks2net.classify.loaded_model import LoadedModel
    from napari_rocks2net.imaging import Preprocessing
    from napari_rocks2net.model_file import ModelCard
    from napari_rocks2net.models import create_model
    from napari_rocks2net.rock_properties import RockProperty

    probe = create_model("probe", 2, kinds="texture", photos=2)
    card = ModelCard(
        (RockProperty("rock", ("a", "b")),), "probe",
        Preprocessing(size=256, resize="native", normalisation="unit"),
    )  # fmt: skip
    classifier = RockClassifier([LoadedModel(probe, card, "cpu")])
    slide = Slide.of_arrays(rng.integers(0, 256, (128, 192, 3), np.uint8))
    result = map_slide(classifier, slide, MapSettings(field=128, stride=64))
    assert result.count(CellState.ANSWERED) == 2


def test_windows_are_read_from_the_coarsest_level_with_enough_pixels(
    colours: RockClassifier, two_halves: np.ndarray
) -> None:
    levels = [two_halves.repeat(4, axis=0).repeat(4, axis=1), two_halves.repeat(2, axis=0).repeat(2, axis=1)]
    # A level that would show other colours is too coarse for the network's 64 pixels.
    slide = Slide.of_arrays(*levels, np.zeros_like(two_halves))
    plan = plan_map(colours, slide, MapSettings(field=128, stride=64))
    assert plan.level == 1
    result = map_slide(colours, slide, MapSettings(field=128, stride=64))
    assert (result["colour"].classes()[result.grid.centres()[..., 1] < 896] == 1).all()


def test_micrometres_need_the_pixel_size(colours: RockClassifier, two_halves: np.ndarray) -> None:
    settings = MapSettings(field=128, stride=64, unit="micrometre")
    grid = plan_map(colours, Slide.of_arrays(two_halves, um_per_pixel=2.0), settings).grid
    assert (grid.field, grid.stride) == (64, 32)
    with pytest.raises(SlideError, match="pixel size of scan is not known"):
        plan_map(colours, Slide.of_arrays(two_halves, name="scan"), settings)


def test_what_will_be_done_is_reported_before(colours: RockClassifier, two_halves: np.ndarray) -> None:
    plan = plan_map(colours, Slide.of_arrays(two_halves, name="scan", um_per_pixel=0.5), SETTINGS)
    assert plan.sentence(200).startswith("scan: 91 windows of 64 x 64 pixels (32 µm) every 32 pixels")
    assert "3 min 20 s" in plan.sentence(200)
    assert plan.seconds(colours) > 0


@pytest.mark.parametrize(
    ("shape", "settings", "words"),
    [
        ((60, 500, 3), MapSettings(field=64), "500 x 60 pixels, less than one window of 64"),
        (
            (100, 100, 3),
            MapSettings(field=64, stride=65),
            "stride of 65 pixels is larger than the field of 64",
        ),
        ((100, 0, 3), MapSettings(field=64), "empty|no pixel"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_in_a_sentence(
    colours: RockClassifier, shape: tuple[int, ...], settings: MapSettings, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        map_slide(colours, Slide.of_arrays(np.zeros(shape, np.uint8)), settings)


def test_a_region_keeps_the_cells_whose_centres_it_holds(
    colours: RockClassifier, two_halves: np.ndarray
) -> None:
    triangle = np.array([[0, 0], [256, 0], [0, 447]])
    result = map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, region=[triangle])
    y, x = np.moveaxis(result.grid.centres(), -1, 0)
    np.testing.assert_array_equal(result["colour"].answered, y / 256 + x / 447 < 1)
    assert result.count(CellState.OUTSIDE) == (y / 256 + x / 447 >= 1).sum()
    with pytest.raises(SlideError, match="No window has its centre in the region"):
        map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, region=[triangle + 1000])


def test_a_broken_tile_leaves_its_cells_empty_and_the_others_whole(
    colours: RockClassifier, two_halves: np.ndarray
) -> None:
    def broken(block: np.ndarray, block_info: dict) -> np.ndarray:
        if block_info and block_info[0]["chunk-location"][:2] == (1, 3):
            raise OSError("the disk has a scratch")
        return block

    lazy = da.from_array(two_halves, chunks=(64, 64, 3)).map_blocks(
        broken, dtype=np.uint8, meta=two_halves[:0]
    )
    errors: list[Exception] = []
    result = map_slide(colours, Slide.of_arrays(lazy), SETTINGS, on_error=errors.append)
    y, x = np.moveaxis(result.grid.centres(), -1, 0)
    touched = (y > 32) & (y < 160) & (x > 160) & (x < 288)
    np.testing.assert_array_equal(result.states == CellState.UNREADABLE, touched)
    np.testing.assert_array_equal(result["colour"].answered, ~touched)
    assert len(errors) == touched.sum()
    assert "the disk has a scratch" in str(errors[0])


def test_a_slide_of_which_nothing_can_be_read_says_why(colours: RockClassifier) -> None:
    def broken(block: np.ndarray) -> np.ndarray:
        raise OSError("unplugged")

    lazy = da.zeros((128, 128, 3), dtype=np.uint8).map_blocks(
        broken, dtype=np.uint8, meta=np.empty((0, 0, 0), "u1")
    )
    with pytest.raises(SlideError, match=r"No window of the slide can be read.*unplugged"):
        map_slide(colours, Slide.of_arrays(lazy), SETTINGS)


@pytest.mark.parametrize(("leave_out", "left"), [("bright", "glass"), ("dark", "black"), ("both", "both")])
def test_background_gets_no_class(
    colours: RockClassifier, two_halves: np.ndarray, leave_out: str, left: str
) -> None:
    two_halves[:, :64], two_halves[:, -64:] = (245, 248, 250), (4, 3, 5)
    settings = MapSettings(field=64, stride=32, leave_out=leave_out)
    result = map_slide(colours, Slide.of_arrays(two_halves), settings)
    glass, black = result.states[:, 0], result.states[:, -1]
    assert (glass == CellState.BACKGROUND).all() == (left in ("glass", "both"))
    assert (black == CellState.BACKGROUND).all() == (left in ("black", "both"))
    assert (result.states[:, 2:-2] == CellState.ANSWERED).all()
    # What is background is known, and counted, whether it was to be left out or not.
    assert (result.background[:, 0] == 1).all()
    assert (result.background[:, -1] == 2).all()
    assert result.answered_background() == (0 if leave_out == "both" else 7)


def test_deep_images_have_one_white_for_the_whole_slide(
    colours: RockClassifier, two_halves: np.ndarray
) -> None:
    deep = two_halves.astype(np.uint16) * 16
    picture = Slide.of_arrays(da.from_array(deep, chunks=(100, 100, 3))).window(0, 0, 100)
    # Of 12 bits by the brightest value: 180 x 16 of 4095.
    assert picture[0, 0].tolist() == [round(value * 16 / 4095 * 255) for value in RED]
    result = map_slide(colours, Slide.of_arrays(deep), SETTINGS)
    assert (result["colour"].classes()[:, 0] == 1).all()


def test_progress_counts_every_cell_and_can_stop_the_map(
    colours: RockClassifier, two_halves: np.ndarray
) -> None:
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, on_progress=stop)
    assert seen == [(done, 91) for done in range(1, 6)]


def test_the_picture_of_the_map_shows_the_slide(colours: RockClassifier, two_halves: np.ndarray) -> None:
    result = map_slide(colours, Slide.of_arrays(two_halves), SETTINGS)
    side = result.picture.shape[1] // result.grid.columns
    assert result.picture[0, 0].tolist() == list(RED)
    assert result.picture[-1, -1].tolist() == list(BLUE)
    assert side * result.grid.rows == len(result.picture)


@pytest.mark.parametrize(("y", "x", "cell"), [(16, 16, (0, 0)), (47.9, 48, (0, 1)), (3, 100, None)])
def test_a_place_is_in_the_cell_around_it(
    colours: RockClassifier, two_halves: np.ndarray, y: float, x: float, cell: tuple[int, int] | None
) -> None:
    assert plan_map(colours, Slide.of_arrays(two_halves), SETTINGS).grid.cell_at(y, x) == cell


def test_area_percentages_are_those_of_the_cells_and_lie_in_their_intervals(
    colours: RockClassifier, two_halves: np.ndarray
) -> None:
    two_halves[:, :300] = RED
    table = area_table(map_slide(colours, Slide.of_arrays(two_halves), SETTINGS)).set_index("class")
    assert table["percent"].sum() == pytest.approx(100)
    assert table.loc["red", "cells"] == 9 * 7
    assert table.loc["red", "percent"] == pytest.approx(100 * 9 / 13)
    assert (table["percent_low"] < table["percent"]).all()
    assert (table["percent"] < table["percent_high"]).all()


def test_the_interval_of_an_area_holds_the_truth_as_often_as_it_says(
    two_halves: np.ndarray, colours: RockClassifier, rng: np.random.Generator
) -> None:
    """Slides are drawn whose patches are red with a chance of 0.3."""
    plan = plan_map(
        colours, Slide.of_arrays(np.zeros((640, 640, 3), np.uint8)), MapSettings(field=32, stride=16)
    )
    from napari_rocks2net.slides import SlideMap

    hits = 0
    for _ in range(60):
        result = SlideMap.empty(plan, colours.properties)
        rows, columns = result.grid.shape
        patches = (rng.random((8, 8)) < 0.3).repeat(5, axis=0).repeat(5, axis=1)[:rows, :columns]
        result["colour"].probabilities[:] = np.stack([patches, ~patches], axis=-1)
        red = area_table(result).iloc[0]
        hits += red["percent_low"] <= 30 <= red["percent_high"]
    assert 50 <= hits <= 60


def test_a_snapshot_of_a_map_holds_whole_answers_and_grows_no_more(
    colours: RockClassifier, two_halves: np.ndarray
) -> None:
    slide = Slide.of_arrays(two_halves)
    result = map_slide(colours, slide, MapSettings(field=64))
    answered, probabilities = result.count(CellState.ANSWERED), result["colour"].probabilities.copy()
    # As in the middle of a cell: its state is written last.
    result.states[0, 0] = CellState.PENDING
    snapshot = result.snapshot()
    result["colour"].probabilities[:] = 0
    result.states[:] = CellState.ANSWERED
    assert snapshot.count(CellState.ANSWERED) == snapshot["colour"].answered.sum() == answered - 1
    assert np.isnan(snapshot["colour"].probabilities[0, 0]).all()
    np.testing.assert_array_equal(snapshot["colour"].probabilities[1:], probabilities[1:])
