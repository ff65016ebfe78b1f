"""What the tests of the Crystals widget share: a small drawn SEM image with its truth, a quick classifier."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from napari_rocks2net.crystals.synthetic import SemImage, draw_sem_image

SIDE = 0.02


@pytest.fixture(scope="session")
def sem_image() -> SemImage:
    """Some twenty crystals of 30 px with an info bar below."""
    return draw_sem_image((160, 200), diameter=30, coverage=0.5, info_bar=True, seed=3)


@pytest.fixture
def squares() -> np.ndarray:
    """Four squares of 10, 12, 14 and 16 px, labelled 1, 2, 3 and 7."""
    labels = np.zeros((60, 80), np.int32)
    for number, (label, side) in enumerate(zip((1, 2, 3, 7), (10, 12, 14, 16), strict=True)):
        labels[20 : 20 + side, 4 + 19 * number : 4 + 19 * number + side] = label
    return labels


class QuickCrystalClassifier:
    """Answers with the interface of `CrystalClassifier`: large crystals are "rhombic"."""

    classes = ("rhombic", "spherical")

    def iterate_classification(
        self, image: np.ndarray, labels: np.ndarray
    ) -> Generator[tuple[int, int], None, pd.DataFrame]:
        counts = np.bincount(labels.ravel())
        ids = np.flatnonzero(counts)[1:]
        yield len(ids), len(ids)
        large = counts[ids] > 150
        table = {
            "class": np.where(large, *self.classes),
            "probability": 0.9,
            "p_rhombic": np.where(large, 0.9, 0.1),
            "p_spherical": np.where(large, 0.1, 0.9),
            "shape": np.where(large, *self.classes),
            "facets": "",
        }
        return pd.DataFrame(table, index=pd.Index(ids, name="label"))


@pytest.fixture
def quick_classifier() -> QuickCrystalClassifier:
    return QuickCrystalClassifier()


@pytest.fixture
def open_widget(
    open_from_menu: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Any]:
    """Open the Crystals widget, with runs in a folder of the test."""
    from napari_rocks2net.plugin.work import preferences

    monkeypatch.setattr(preferences, "DEFAULT_RUNS", tmp_path / "runs")
    return lambda: open_from_menu("Crystals")
