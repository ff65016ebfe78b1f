"""Backends: images per second of RockClassifier by PyTorch and by ONNX Runtime, with the same answers.

    python benchmarks/backends.py
    python benchmarks/backends.py --backbones efficientnet_lite0 --sizes 256 --images 4

Needs the extra ``onnx``. Both backends classify the same drawn photos in turn, round by round, in one
process with as many threads; a row is the median of the rounds. The script ends with an error when the two
disagree on a class or by more than 1e-4 on a probability.
"""

from __future__ import annotations

import argparse
import os
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
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.synthetic import draw_section

CLASSES = tuple(f"class {index}" for index in range(7))
TOLERANCE = 1e-4
COLUMNS = ("backbone", "px", "PyTorch, images/s", "ONNX Runtime, images/s", "ratio", "largest difference")


def untrained_model(folder: Path, backbone: str, size: int) -> Path:
    """Write a rocks2net with random weights; speed does not depend on them."""
    torch.manual_seed(0)
    arguments = {"backbone": backbone, "localization": "evidence"}
    network = create_model("rocks2net", len(CLASSES), **arguments)
    card = ModelCard(
        (RockProperty("benchmark", CLASSES),), "rocks2net", Preprocessing(size=size), arguments=arguments
    )
    return save_model(folder / f"{backbone}-{size}.safetensors", network, card)


def classified(classifier: RockClassifier, photos: list[np.ndarray]) -> tuple[float, np.ndarray]:
    """Return the seconds for each photo, and the probabilities (N, C)."""
    start = time.perf_counter()
    rows = [list(each.only.probabilities.values()) for each in classifier.predict_many(photos) if each]
    return (time.perf_counter() - start) / len(photos), np.array(rows)


def compare(model: Path, photos: list[np.ndarray], rounds: int) -> list[str]:
    """Return what the two backends take, as cells of a row."""
    classifiers = [RockClassifier.load(model, device="cpu", backend=name) for name in ("torch", "onnx")]
    for classifier in classifiers:
        list(classifier.predict_many(photos[:2]))
    pairs = [[classified(each, photos) for each in classifiers] for _ in range(rounds)]
    by_torch, by_onnx = pairs[0][0][1], pairs[0][1][1]
    difference = float(np.abs(by_torch - by_onnx).max())
    if difference > TOLERANCE or (by_torch.argmax(axis=1) != by_onnx.argmax(axis=1)).any():
        raise SystemExit(f"The backends differ by {difference:.1e}.")
    seconds = [statistics.median(pair[way][0] for pair in pairs) for way in (0, 1)]
    ratio = statistics.median(pair[0][0] / pair[1][0] for pair in pairs)
    return [f"{1 / seconds[0]:.2f}", f"{1 / seconds[1]:.2f}", f"**{ratio:.2f}x**", f"{difference:.0e}"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--backbones", nargs="+", default=["densenet121", "efficientnet_lite0"])
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    add_option(parser)
    options = parser.parse_args()
    photos = [draw_section("fine crystal", size=256, seed=seed).ppl for seed in range(options.images)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        # Its own cache: what is timed here says nothing about a person's models.
        os.environ["XDG_CACHE_HOME"] = folder
        for backbone in options.backbones:
            for size in options.sizes:
                cells = compare(untrained_model(Path(folder), backbone, size), photos, options.rounds)
                rows.append([backbone, str(size), *cells])
    remark = f"Medians of {options.rounds} rounds of {options.images} photos, in turn."
    publish(Table.measured("backends", COLUMNS, rows, [remark]), options.record)


if __name__ == "__main__":
    main()
