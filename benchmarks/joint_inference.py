"""Joint inference: one network of five properties, beside one of one, and five of them.

    python benchmarks/joint_inference.py

Seconds are those of the processor, which other programs
hardly change; speed does not depend on the weights, so they are random.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from recording import Table, add_option, publish

from napari_rocks2net import RockClassifier
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard, save_model
from napari_rocks2net.models import create_model
from napari_rocks2net.rock_properties import ROCK_PROPERTIES, RockProperty

SIZE = 256
IMAGES = 4
ROUNDS = 5


def untrained_model(folder: Path, *properties: RockProperty) -> Path:
    """Write a rocks2net_joint of some properties with random weights."""
    network = create_model("rocks2net_joint", [len(each.classes) for each in properties])
    card = ModelCard(properties, "rocks2net_joint", Preprocessing(size=SIZE))
    names = ", ".join(each.name for each in properties)
    return save_model(folder / f"{names}.safetensors", network, card)


def seconds_per_image(models: list[str | Path], images: list[np.ndarray]) -> float:
    """Return the processor's seconds for one image, the median over the rounds after a first one."""
    classifier = RockClassifier.load(*models, device="cpu")
    taken = []
    for _ in range(ROUNDS + 1):
        start = time.process_time()
        list(classifier.predict_many(images))
        taken.append((time.process_time() - start) / len(images))
    return statistics.median(taken[1:])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add_option(parser)
    options = parser.parse_args()
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8) for _ in range(IMAGES)]
    properties = tuple(ROCK_PROPERTIES.values())
    with tempfile.TemporaryDirectory() as folder:
        singles: list[str | Path] = [untrained_model(Path(folder), each) for each in properties]
        joint = untrained_model(Path(folder), *properties)
        one, five = (seconds_per_image(models, images) for models in (singles[:1], singles))
        shared = seconds_per_image([joint], images)
    columns = (
        "device",
        "px",
        "`rocks2net_joint`, one property",
        "five properties",
        "five networks of one property",
    )
    cells = ["CPU", str(SIZE), f"{one:.2f} s", f"{shared:.2f} s", f"{five:.2f} s"]
    remark = f"Seconds of the processor for an image, medians of {ROUNDS} rounds."
    publish(Table.measured("joint_inference", columns, [cells], [remark]), options.record)


if __name__ == "__main__":
    main()
