"""Inference: images per second and peak memory of RockClassifier.predict_many, beside a plain script's.

    python benchmarks/inference.py                      # CPU, and CUDA where there is one
    python benchmarks/inference.py --sizes 256 --images 8 --rounds 1

Plain means: eager single precision, default memory format, one image at a time. Both ways run on the same
weights and images, in turn, each in a process of its own so that the peak memory is its own. The script
ends with an error when the two disagree on a class or by more than 1e-2 on a probability.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from recording import Table, add_option, publish

from napari_rocks2net import RockClassifier
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard, load_model, save_model
from napari_rocks2net.models import create_model
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.synthetic import draw_section

CLASSES = tuple(f"class {index}" for index in range(7))
TOLERANCE = 1e-2
COLUMNS = (
    *("device", "px", "plain script, images/s", "ours, images/s", "ratio", "plain script, MB", "ours, MB"),
    "largest difference",
)


@dataclass(frozen=True)
class Measurement:
    """What one process measured."""

    images_per_second: float
    peak_megabytes: float
    probabilities: np.ndarray


def plain(model: Path, device: str, images: list[np.ndarray]) -> np.ndarray:
    """Classify as a short script would; return probabilities (N, C)."""
    network, card = load_model(model)
    network = network.to(device)
    rows = []
    for image in images:
        with torch.no_grad():
            output = network(card.preprocessing(image)[None].to(device))
        rows.append(output.log_probabilities[0].exp().cpu().numpy())
    return np.stack(rows)


def ours(model: Path, device: str, images: list[np.ndarray], batch_size: int = 8) -> np.ndarray:
    """Classify with the library; return probabilities (N, C)."""
    classifier = RockClassifier.load(model, device=device)
    results = classifier.predict_many(images, batch_size=batch_size)
    return np.stack([list(each.only.probabilities.values()) for each in results if each is not None])


def measured(way: Callable[..., np.ndarray], model: Path, device: str, count: int) -> Measurement:
    """Time one way on `count` images, after a warm-up on as many as fill a batch."""
    images = [draw_section("fine crystal", size=256, seed=seed).ppl for seed in range(4)] * (count // 4)
    way(model, device, images[:8])
    start = time.perf_counter()
    probabilities = way(model, device, images)
    seconds = time.perf_counter() - start
    return Measurement(len(images) / seconds, _peak_megabytes(device), probabilities)


def _peak_megabytes(device: str) -> float:
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / 1e3 if sys.platform != "darwin" else kilobytes / 1e6


def in_own_process(way: Callable[..., np.ndarray], model: Path, device: str, count: int) -> Measurement:
    """Return what `measured` finds in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (way, model, device, count))


def untrained_model(folder: Path, size: int) -> Path:
    """Write a rocks2net with random weights; speed does not depend on them."""
    torch.manual_seed(0)
    network = create_model("rocks2net", len(CLASSES))
    card = ModelCard((RockProperty("benchmark", CLASSES),), "rocks2net", Preprocessing(size=size))
    return save_model(folder / f"{size}.safetensors", network, card)


def compare(model: Path, device: str, count: int, rounds: int) -> list[str]:
    """Run both ways in turn and return a row of the table."""
    pairs = [
        (in_own_process(plain, model, device, count), in_own_process(ours, model, device, count))
        for _ in range(rounds)
    ]
    for reference, result in pairs:
        _check_agreement(reference.probabilities, result.probabilities)
    ratio = statistics.median(b.images_per_second / a.images_per_second for a, b in pairs)
    speeds = [statistics.median(way.images_per_second for way in ways) for ways in zip(*pairs, strict=True)]
    peaks = [max(way.peak_megabytes for way in ways) for ways in zip(*pairs, strict=True)]
    difference = max(np.abs(a.probabilities - b.probabilities).max() for a, b in pairs)
    cells = [device, model.stem, f"{speeds[0]:.2f}", f"{speeds[1]:.2f}", f"**{ratio:.2f}x**"]
    return [*cells, f"{peaks[0]:.0f}", f"{peaks[1]:.0f}", f"{difference:.0e}"]


def _check_agreement(reference: np.ndarray, result: np.ndarray) -> None:
    if np.abs(reference - result).max() > TOLERANCE:
        raise SystemExit(f"Probabilities differ by {np.abs(reference - result).max():.3f}.")
    top_two = np.sort(reference, axis=1)[:, -2:]
    clear = top_two[:, 1] - top_two[:, 0] > 2 * TOLERANCE
    if (reference.argmax(axis=1) != result.argmax(axis=1))[clear].any():
        raise SystemExit("The two ways name different classes.")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--images", type=int, default=16, help="images per process, a multiple of 4")
    parser.add_argument("--rounds", type=int, default=3)
    add_option(parser)
    options = parser.parse_args()
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for device in devices:
            for size in options.sizes:
                model = untrained_model(Path(folder), size)
                rows.append(compare(model, device, options.images, options.rounds))
    publish(Table.measured("inference", COLUMNS, rows, [_medians(options.rounds)]), options.record)


def _medians(rounds: int) -> str:
    return (
        f"Medians of {rounds} rounds, in turn." if rounds > 1 else "One round: a first look, no measurement."
    )


if __name__ == "__main__":
    main()
