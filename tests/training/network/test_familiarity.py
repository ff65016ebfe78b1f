"""Features of what was learned are known again; planted outliers are not."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from napari_rocks2net.models import Familiarity
from napari_rocks2net.training.network.familiarity import fit_familiarity


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


def test_a_field_is_judged_by_the_lights_that_it_has(rng: np.random.Generator) -> None:
    """A missing light is not the average one: the unlike stay unlike, the alike alike."""
    learned, held_out = rng.normal(size=(200, 40)), rng.normal(size=(100, 40))
    familiarity = fit_familiarity(learned, held_out)
    unlike = torch.from_numpy(rng.normal(size=(20, 40)) + 6)
    alike = torch.from_numpy(rng.normal(size=(100, 40)))
    for features in (unlike, alike):
        features[:, 20:] = torch.nan
    assert familiarity(unlike).min() > 0.95
    missing = familiarity(alike)
    assert (missing > 0.95).float().mean() < 0.15
    # With the average in the place of the missing light nearly all would be nearer than any whole field.
    averaged = familiarity(alike.nan_to_num(0.0))
    assert missing.median() > 0.3 > averaged.median()


def test_fields_that_lack_a_light_are_learned_from(rng: np.random.Generator) -> None:
    learned = rng.normal(3, 2, size=(300, 6))
    learned[::2, 3:] = np.nan
    familiarity = fit_familiarity(learned, rng.normal(3, 2, size=(50, 6)))
    np.testing.assert_allclose(familiarity.mean, np.nanmean(learned, axis=0), rtol=1e-5)
    np.testing.assert_allclose(familiarity.scale, np.nanstd(learned, axis=0), rtol=1e-5)
    assert all(torch.isfinite(each).all() for each in familiarity.state_dict().values())
