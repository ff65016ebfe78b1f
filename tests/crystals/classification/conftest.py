"""A model file for crystals, and bright and dark squares to name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.crystals import AnnotatedCrystals

SIDE, STEP, ACROSS = 12, 20, 6


@pytest.fixture(scope="session")
def crystal_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A microcrystalnet file with random weights and crops without background."""
    import torch

    from napari_rocks2net.imaging import Preprocessing
    from napari_rocks2net.model_file import ModelCard, save_model
    from napari_rocks2net.models import create_model
    from napari_rocks2net.rock_properties import RockProperty

    torch.manual_seed(0)
    card = ModelCard(
        properties=(RockProperty("crystal", ("rhombic", "rounded", "framboid")),),
        architecture="microcrystalnet",
        preprocessing=Preprocessing(size=64, normalisation="unit"),
        crop={"margin": 0.2, "zero_background": True},
    )
    path = tmp_path_factory.mktemp("model") / "crystal.safetensors"
    return save_model(path, create_model("microcrystalnet", 3), card)


def squares(
    name: str, per_class: int, seed: int = 0, names: tuple[str, ...] = ("bright", "dim")
) -> AnnotatedCrystals:
    """An image of squares, bright and dim by turns, all named."""
    rng = np.random.default_rng(seed)
    count = per_class * len(names)
    rows = -(-count // ACROSS)
    labels = np.zeros((rows * STEP, ACROSS * STEP), np.int32)
    image = rng.integers(0, 20, labels.shape, dtype=np.uint8)
    classes = {}
    for index in range(count):
        top, left = STEP * (index // ACROSS) + 4, STEP * (index % ACROSS) + 4
        place = slice(top, top + SIDE), slice(left, left + SIDE)
        kind = index % len(names)
        labels[place] = index + 1
        image[place] = 230 - 90 * kind + rng.integers(0, 20, (SIDE, SIDE))
        classes[index + 1] = names[kind]
    return AnnotatedCrystals(name, image, labels, classes)
