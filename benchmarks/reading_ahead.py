"""Reading ahead: photos a second when threads read them while the network runs, beside reading in turn.

    python benchmarks/reading_ahead.py

Drawn sections as JPEG of 12 megapixels; rocks2net with DenseNet-121 and with EfficientNet-Lite0 at 256 px,
random weights.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from inference import CLASSES
from PIL import Image
from recording import Table, add_option, publish

from napari_rocks2net import RockClassifier
from napari_rocks2net.imaging import READING_THREADS, Preprocessing
from napari_rocks2net.model_file import ModelCard, save_model
from napari_rocks2net.models import create_model
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.synthetic import draw_section

BACKBONES = ("densenet121", "efficientnet_lite0")
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


def seconds(classifier: RockClassifier, photos: list[Path], threads: int) -> float:
    """Return how long the photos take with so many threads that read."""
    classifier.reading_threads = threads
    start = time.perf_counter()
    list(classifier.predict_many(photos))
    return time.perf_counter() - start


def main() -> None:
    """Print a row for each backbone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=READING_THREADS)
    add_option(parser)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        photos = write_photos(Path(folder), options.photos)
        for backbone in BACKBONES:
            classifier = RockClassifier.load(write_model(Path(folder), backbone))
            list(classifier.predict_many(photos[:2]))
            pairs = [
                tuple(seconds(classifier, photos, threads) for threads in (0, options.threads))
                for _ in range(options.rounds)
            ]
            speeds = [len(photos) / statistics.median(way) for way in zip(*pairs, strict=True)]
            ratio = statistics.median(turn / ahead for turn, ahead in pairs)
            rows.append([backbone, f"{speeds[0]:.2f}", f"{speeds[1]:.2f}", f"**{ratio:.2f}x**"])
    remark = (
        f"Medians of {options.rounds} rounds of {options.photos} photos, {options.threads} threads that read."
    )
    columns = ("backbone", "in turn, photos/s", "read ahead, photos/s", "ratio")
    publish(Table.measured("reading_ahead", columns, rows, [remark]), options.record)


if __name__ == "__main__":
    main()
