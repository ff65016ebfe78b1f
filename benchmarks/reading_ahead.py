"""Photos side by side: photos a second of `predict_many`, beside reading and classifying them in turn.

    python benchmarks/reading_ahead.py

Drawn sections as JPEG of 12 megapixels; rocks2net with DenseNet-121 and with EfficientNet-Lite0 at 256 px,
random weights, by PyTorch and by ONNX Runtime where it is installed. In turn each photo has all threads.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from inference import CLASSES
from PIL import Image
from recording import Table, add_option, publish

from napari_rocks2net import RockClassifier
from napari_rocks2net.classify.backend_choices import Backend
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard, save_model
from napari_rocks2net.models import create_model
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.synthetic import draw_section

BACKBONES = ("densenet121", "efficientnet_lite0")
BACKENDS: tuple[Backend, ...] = ("torch", "onnx")
Way = Callable[[RockClassifier, list[Path]], None]
TILE_SIDE, TILES = 500, (6, 8)


def write_photos(folder: Path, count: int) -> list[Path]:
    """Write JPEG files of 3,000 x 4,000 px, each of a drawn section repeated."""
    paths = [folder / f"{index}.jpg" for index in range(count)]
    for seed, path in enumerate(paths):
        tile = draw_section("fine crystal", size=TILE_SIDE, seed=seed % 4).ppl
        Image.fromarray(np.tile(tile, (*TILES, 1))).save(path, quality=90)
    return paths


def write_model(folder: Path, backbone: str) -> Path:
    """Write an untrained network."""
    arguments = {"backbone": backbone}
    network = create_model("rocks2net", len(CLASSES), **arguments)
    card = ModelCard(
        (RockProperty("benchmark", CLASSES),), "rocks2net", Preprocessing(size=256), arguments=arguments
    )
    return save_model(folder / f"{backbone}.safetensors", network, card)


def in_turn(classifier: RockClassifier, photos: list[Path]) -> None:
    """Classify one photo after the other."""
    for photo in photos:
        classifier.predict(photo)


def side_by_side(classifier: RockClassifier, photos: list[Path]) -> None:
    """Classify all photos."""
    list(classifier.predict_many(photos))


def seconds(way: Way, classifier: RockClassifier, photos: list[Path]) -> float:
    """Return how long the photos take."""
    start = time.perf_counter()
    way(classifier, photos)
    return time.perf_counter() - start


def compare(classifier: RockClassifier, photos: list[Path], rounds: int) -> list[str]:
    """Return what both ways take, as cells of a row."""
    side_by_side(classifier, photos[:2])
    pairs = [[seconds(way, classifier, photos) for way in (in_turn, side_by_side)] for _ in range(rounds)]
    speeds = [len(photos) / statistics.median(way) for way in zip(*pairs, strict=True)]
    ratio = statistics.median(turn / side for turn, side in pairs)
    return [f"{speeds[0]:.2f}", f"{speeds[1]:.2f}", f"**{ratio:.2f}x**"]


def main() -> None:
    """Print a row for each backbone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    add_option(parser)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        # Its own cache: what is timed here says nothing about a person's models.
        os.environ["XDG_CACHE_HOME"] = folder
        photos = write_photos(Path(folder), options.photos)
        for backbone in BACKBONES:
            model = write_model(Path(folder), backbone)
            for backend in BACKENDS if find_spec("onnxruntime") else BACKENDS[:1]:
                classifier = RockClassifier.load(model, device="cpu", backend=backend)
                rows.append([backbone, backend, *compare(classifier, photos, options.rounds)])
    remark = f"Medians of {options.rounds} rounds of {options.photos} photos."
    columns = ("backbone", "backend", "in turn, photos/s", "side by side, photos/s", "ratio")
    publish(Table.measured("reading_ahead", columns, rows, [remark]), options.record)


if __name__ == "__main__":
    main()
