"""Prompting, sieving, tiles and kept embeddings, with a network whose answers are known."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from scipy import ndimage

from napari_rocks2net.crystals import SamSegmenter, SamSettings, score_crystals
from napari_rocks2net.crystals.sam.tiles import tiles_of

SETTINGS = SamSettings(points_per_side=12, points_per_batch=50, crop_info_bar=False)
TILED = dataclasses.replace(SETTINGS, tile_size=150, tile_overlap=0.5)


class PlantedNetwork:
    """Answers a point with the crystal under it, read from the image's grey values, and two bad masks."""

    def __init__(self) -> None:
        self.embedded: list[tuple[int, ...]] = []

    def embed(self, rgb: np.ndarray) -> np.ndarray:
        self.embedded.append(rgb.shape)
        return rgb[..., 0]

    def predict(self, embedding: np.ndarray, points: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        crystals = ndimage.label(embedding > 128)[0]
        logits, scores = [], []
        for x, y in points.astype(int):
            under = crystals[y, x]
            clear = np.where(crystals == under, 5.0, -5.0)
            faint = np.where(crystals == under, 0.5, -5.0)
            logits += [clear, faint, -clear]
            scores += [0.95 if under else 0.3, 0.99, 0.5]
        return torch.from_numpy(np.array(logits, np.float32)), torch.tensor(scores)

    def enlarge(self, logits: torch.Tensor, embedding: Any) -> torch.Tensor:
        return logits


@pytest.fixture
def network() -> PlantedNetwork:
    return PlantedNetwork()


@pytest.fixture
def planted() -> tuple[np.ndarray, np.ndarray]:
    """An image of bright discs in rows, 150 x 300, and its labels."""
    y, x = np.mgrid[:150, :300]
    image = np.where((y % 50 - 25) ** 2 + (x % 50 - 25) ** 2 <= 18**2, 220, 30).astype(np.uint8)
    return image, ndimage.label(image > 128)[0]


@pytest.mark.parametrize("settings", [dataclasses.replace(SETTINGS, points_per_side=16), TILED])
def test_every_planted_crystal_is_detected_once_in_one_piece_or_in_tiles(
    network: PlantedNetwork, planted: tuple[np.ndarray, np.ndarray], settings: SamSettings
) -> None:
    image, truth = planted
    segmenter = SamSegmenter(network)
    labels = segmenter.segment(segmenter.embed(image, settings=settings), settings)
    assert labels.max() == truth.max() == 18
    assert score_crystals(truth, labels).f1 == 1
    assert score_crystals(truth, labels).mean_matched_iou == 1


def test_parts_find_what_a_coarse_grid_misses(
    network: PlantedNetwork, planted: tuple[np.ndarray, np.ndarray]
) -> None:
    image, truth = planted
    segmenter = SamSegmenter(network)
    coarse = dataclasses.replace(SETTINGS, points_per_side=5)
    embedding = segmenter.embed(image, settings=coarse)
    few = segmenter.segment(embedding, coarse).max()
    more = segmenter.segment(embedding, dataclasses.replace(coarse, crop_layers=2)).max()
    assert few < more <= truth.max()


def test_unsure_and_unstable_masks_are_dropped(
    network: PlantedNetwork, planted: tuple[np.ndarray, np.ndarray]
) -> None:
    segmenter = SamSegmenter(network)
    settings = dataclasses.replace(SETTINGS, points_per_side=16)
    embedding = segmenter.embed(planted[0], settings=settings)
    assert segmenter.segment(embedding, dataclasses.replace(settings, predicted_iou=0.97)).max() == 0
    # The faint masks alone are that sure; they count once any change with the threshold is allowed.
    loose = dataclasses.replace(settings, predicted_iou=0.97, stability=0, largest_share=0.1)
    assert segmenter.segment(embedding, loose).max() == 18


def test_parts_are_encoded_once_while_settings_are_tuned(
    network: PlantedNetwork, planted: tuple[np.ndarray, np.ndarray]
) -> None:
    segmenter = SamSegmenter(network)
    tiles = tiles_of((150, 300), TILED)
    embedding = segmenter.embed(planted[0], settings=TILED)
    assert len(network.embedded) == len(tiles) > 1
    for stability in (0.9, 0.95):
        segmenter.segment(embedding, dataclasses.replace(TILED, stability=stability, points_per_side=3))
    assert len(network.embedded) == len(tiles)
    segmenter.segment(embedding, dataclasses.replace(TILED, crop_layers=1, points_per_side=3))
    assert len(network.embedded) == 5 * len(tiles)


def test_the_info_bar_is_left_out(network: PlantedNetwork, sem_with_bar: Any) -> None:
    segmenter = SamSegmenter(network)
    embedding = segmenter.embed(sem_with_bar.image)
    assert network.embedded == [(256, 320, 3)]
    labels = segmenter.segment(embedding, SETTINGS)
    assert labels.shape == sem_with_bar.image.shape
    assert not labels[256:].any()


def test_progress_counts_to_the_end_and_the_work_can_be_stopped(
    network: PlantedNetwork, planted: tuple[np.ndarray, np.ndarray]
) -> None:
    segmenter = SamSegmenter(network)
    steps: list[tuple[int, int]] = []
    embedding = segmenter.embed(planted[0], lambda *step: steps.append(step), settings=TILED)
    tiles = len(tiles_of((150, 300), TILED))
    assert steps == [(done, tiles) for done in range(1, tiles + 1)]
    steps.clear()
    segmenter.segment(embedding, TILED, lambda *step: steps.append(step))
    # One for the encoding of each tile, three for its 144 points by 50.
    assert steps == [(done, 4 * tiles) for done in range(1, 4 * tiles + 1)]


def test_a_callback_that_raises_ends_the_work(
    network: PlantedNetwork, planted: tuple[np.ndarray, np.ndarray]
) -> None:
    def stop(*_: int) -> None:
        raise InterruptedError

    segmenter = SamSegmenter(network)
    with pytest.raises(InterruptedError):
        segmenter.embed(planted[0], stop)
    embedding = segmenter.embed(planted[0])
    with pytest.raises(InterruptedError):
        segmenter.segment(embedding, on_progress=stop)
