"""The quick crystal classifier holds to what the real one answers."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.crystals.classification.conftest import crystal_model
from tests.plugin.crystals.conftest import QuickCrystalClassifier

from napari_rocks2net.crystals import CrystalClassifier
from napari_rocks2net.iteration import run_to_end

__all__ = ["crystal_model"]


@pytest.fixture(params=["stand-in", "real"])
def classifier(request: pytest.FixtureRequest, crystal_model: Path) -> Any:
    real = request.param == "real"
    return CrystalClassifier.load(crystal_model, "cpu") if real else QuickCrystalClassifier()


def test_the_same_is_asked() -> None:
    real, quick = (
        inspect.signature(kind.iterate_classification) for kind in (CrystalClassifier, QuickCrystalClassifier)
    )
    assert list(real.parameters) == list(quick.parameters)


def test_one_row_a_crystal_names_class_probabilities_shape_and_facets(
    classifier: Any, squares: np.ndarray
) -> None:
    image = np.where(squares > 0, 200, 20).astype(np.uint8)
    iteration = classifier.iterate_classification(image, squares)
    done, total = next(iteration)
    assert 0 <= done <= total
    table = run_to_end(classifier.iterate_classification(image, squares))
    shares = [f"p_{name}" for name in classifier.classes]
    assert table.index.tolist() == [1, 2, 3, 7]
    assert table.index.name == "label"
    assert list(table.columns) == ["class", "probability", *shares, "shape", "facets"]
    assert set(table["class"]) <= set(classifier.classes)
    assert table[shares].sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-5)
