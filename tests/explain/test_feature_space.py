"""Which photos look alike, which are odd, and where they lie on a map."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import nan_euclidean_distances
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from napari_rocks2net.explain import (
    ExplanationError,
    distances_from_centre,
    feature_space,
    nearest,
    projected,
    projections,
)


@pytest.fixture
def rows(rng: np.random.Generator) -> np.ndarray:
    """Two groups of photos, far apart."""
    return np.vstack([rng.normal(0, 1, (10, 6)), rng.normal(20, 1, (10, 6))])


def test_the_nearest_are_those_of_scikit_learn(rows: np.ndarray) -> None:
    photo, others = rows[0], rows[1:]
    neighbours = nearest(others, list(map(str, range(19))), photo, "x", count=5)
    scaled = StandardScaler().fit_transform(rows)
    distances, indices = NearestNeighbors(n_neighbors=5).fit(scaled[1:]).kneighbors(scaled[:1])
    # Standardisation is by the rows and the photo, in another order.
    assert [each.index for each in neighbours] == indices[0].tolist()
    np.testing.assert_allclose([each.distance for each in neighbours], distances[0] / np.sqrt(6))


def test_fields_are_compared_by_what_both_have(rows: np.ndarray) -> None:
    rows[2:12, 3:], rows[15, :3], rows[0, 5] = np.nan, np.nan, np.nan
    rows[16] = np.nan
    neighbours = nearest(rows[1:], list(map(str, range(19))), rows[0], "x", count=20)
    scaled = StandardScaler().fit_transform(rows)
    expected = nan_euclidean_distances(scaled[:1], scaled[1:])[0] / np.sqrt(6)
    # The 16th has nothing to compare.
    assert sorted(each.index for each in neighbours) == [at for at in range(19) if at != 15]
    np.testing.assert_allclose(
        [each.distance for each in neighbours], [expected[each.index] for each in neighbours]
    )


def test_the_own_section_is_no_neighbour(rows: np.ndarray) -> None:
    sections = ["A"] * 5 + ["B"] * 15
    assert all(each.index >= 5 for each in nearest(rows, sections, rows[0], "A", count=20))
    unknown = nearest(rows, sections, rows[0], "", count=20)
    assert [each.index for each in unknown if each.index == 0] == []
    assert len(unknown) == 19


def test_no_photos_have_no_neighbours() -> None:
    assert nearest(np.zeros((0, 4)), [], np.zeros(4), "A") == []
    assert nearest(np.zeros((3, 4)), ["A", "A", "A"], np.zeros(4), "A") == []


def test_the_odd_one_of_a_class_lies_farthest(rows: np.ndarray) -> None:
    of_class = np.arange(20) < 10
    rows[3] = rows[15]
    assert int(distances_from_centre(rows, of_class).argmax()) == 3
    assert len(distances_from_centre(rows, np.zeros(20, bool))) == 0


@pytest.mark.parametrize("way", ["PCA", "t-SNE"])
def test_a_map_keeps_groups_apart_and_is_the_same_again(rows: np.ndarray, way: str) -> None:
    placed = projected(rows, way)
    assert placed.shape == (20, 2)
    first, second = placed[:10], placed[10:]
    apart = np.linalg.norm(first.mean(axis=0) - second.mean(axis=0))
    assert apart > max(np.linalg.norm(each - each.mean(axis=0), axis=1).mean() for each in (first, second))
    np.testing.assert_array_equal(placed, projected(rows, way))


def test_three_photos_are_enough_for_every_map_and_torch_keeps_its_threads(
    rows: np.ndarray, one_thread: None
) -> None:
    for way in projections():
        assert np.isfinite(projected(rows[:3], way)).all()
        assert torch.get_num_threads() == 1


def test_what_cannot_be_mapped_is_reported() -> None:
    with pytest.raises(ExplanationError, match="3 photos or more; there are 2"):
        projected(np.eye(2))
    with pytest.raises(ExplanationError, match="All 4 photos look the same"):
        projected(np.ones((4, 3)))
    if "UMAP" not in projections():
        with pytest.raises(ExplanationError, match="umap"):
            projected(np.eye(5), "UMAP")


def test_two_jobs_do_not_map_at_the_same_time(rows: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    working = Lock()

    class Alone:
        def fit_transform(self, standardised: np.ndarray) -> np.ndarray:
            assert working.acquire(blocking=False), "numba ends a process in which two threads use it"
            time.sleep(0.05)
            working.release()
            return standardised[:, :2]

    monkeypatch.setattr(feature_space, "_reducer", lambda *_: Alone())
    with ThreadPoolExecutor(3) as pool:
        for placed in pool.map(projected, [rows] * 3):
            assert placed.shape == (20, 2)
