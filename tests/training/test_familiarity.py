"""Features of what was learned are known again; planted outliers are not."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from napari_rocks2net.models import Familiarity
from napari_rocks2net.training.familiarity import fit_familiarity


def unfamiliar(familiarity: Familiarity, features: np.ndarray) -> np.ndarray:
    return familiarity(torch.from_numpy(features).float()).numpy()


def test_planted_outliers_are_flagged_and_the_alike_seldom(rng: np.random.Generator) -> None:
    learned, held_out, new = (rng.normal(5, 2, (count, 16)) for count in (80, 60, 400))
    familiarity = fit_familiarity(learned, held_out)
    assert np.all(unfamiliar(familiarity, rng.normal(5, 2, (50, 16)) + 12) > 0.95)
    assert np.mean(unfamiliar(familiarity, new) > 0.95) < 0.15
    assert np.all(unfamiliar(familiarity, learned) == 0)


def test_it_is_the_share_of_held_out_photos_that_lie_nearer(rng: np.random.Generator) -> None:
    learned, held_out, new = (rng.normal(0, 1, (count, 5)) for count in (30, 99, 20))
    scaler = StandardScaler().fit(learned)
    neighbours = NearestNeighbors(n_neighbors=1).fit(scaler.transform(learned))
    known, distance = (neighbours.kneighbors(scaler.transform(each))[0][:, 0] for each in (held_out, new))
    shares = (known[None] < distance[:, None]).sum(axis=1) / 100
    inside = distance <= known.max()
    assert inside.any()
    answers = unfamiliar(fit_familiarity(learned, held_out), new)
    np.testing.assert_allclose(answers[inside], shares[inside], atol=0.011)
    assert np.all(answers[~inside] >= 0.99)


def test_only_so_many_photos_are_remembered(rng: np.random.Generator) -> None:
    familiarity = fit_familiarity(rng.normal(0, 1, (50, 3)), rng.normal(0, 1, (9, 3)), most=20)
    assert familiarity.learned.shape == (20, 3)


def test_a_feature_that_never_changes_tells_the_unlike(rng: np.random.Generator) -> None:
    learned = rng.normal(0, 1, (30, 4))
    learned[:, 3] = 1.0
    other = learned[:1] + np.eye(4)[3] / 10
    familiarity = fit_familiarity(learned, learned[:9] + np.eye(4)[0] / 100)
    assert unfamiliar(familiarity, other)[0] > 0.95
