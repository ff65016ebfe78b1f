"""Crystal segmentation: scores of the built-in one on annotated micrographs, and its speed.

    python benchmarks/crystals.py FOLDER               # scores; FOLDER holds list.csv: image, segmap
    python benchmarks/crystals.py FOLDER --overlays OUT  # and pictures of the best and the worst three
    python benchmarks/crystals.py --agglomerates       # scores on drawn chains and clumps of 5 to 600 bodies
    python benchmarks/crystals.py --outlines           # distance of outlines from the true ones
    python benchmarks/crystals.py --speed              # a drawn image of 4,000 x 4,000 with 5,000 crystals

Every image is segmented three times: with one fixed setting for all, with the median diameter of its true
crystals given, and by the trivial way (Otsu's threshold, watershed of the distance transform).
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from agglomerates import draw_agglomerates
from PIL import Image
from scipy import ndimage
from skimage.feature import peak_local_max
from skimage.filters import gaussian, threshold_otsu
from skimage.morphology import remove_small_objects
from skimage.segmentation import find_boundaries, watershed

from napari_rocks2net.crystals import (
    DEFAULT_CRYSTAL_CLASSES,
    CrystalClassifier,
    InstanceScores,
    SegmentationSettings,
    class_percentages,
    measure_crystals,
    outline_distances,
    score_crystals,
    segment_crystals,
)
from napari_rocks2net.crystals.synthetic import draw_sem_image
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard, save_model
from napari_rocks2net.models import create_model
from napari_rocks2net.rock_properties import RockProperty

Labels = npt.NDArray[np.int32]
Pair = tuple[str, npt.NDArray[np.uint8], Labels]
Way = Callable[[npt.NDArray[np.uint8], Labels], Labels]


def fixed(image: npt.NDArray[np.uint8], truth: Labels) -> Labels:
    """Segment with the defaults; the size is estimated from the image."""
    return segment_crystals(image)


def sized(image: npt.NDArray[np.uint8], truth: Labels) -> Labels:
    """Segment with the median diameter of the true crystals."""
    areas = np.bincount(truth.ravel())[1:]
    diameter = float(np.median(np.sqrt(4 / np.pi * areas[areas > 0])))
    return segment_crystals(image, SegmentationSettings(size=diameter))


def trivial(image: npt.NDArray[np.uint8], truth: Labels) -> Labels:
    """Threshold after Otsu, fill holes, cut by a watershed of the distance transform."""
    smooth = gaussian(image, 2)
    mask = remove_small_objects(ndimage.binary_fill_holes(smooth > threshold_otsu(smooth)), max_size=64)
    distance = gaussian(ndimage.distance_transform_edt(mask), 2)
    summits = peak_local_max(distance, min_distance=10, labels=mask.astype(int), exclude_border=False)
    markers = np.zeros(image.shape, np.int32)
    markers[tuple(summits.T)] = np.arange(1, len(summits) + 1)
    return np.asarray(watershed(-distance, markers, mask=mask), np.int32)


WAYS: dict[str, Way] = {"trivial": trivial, "fixed setting": fixed, "size given": sized}


def read_pairs(folder: Path) -> list[Pair]:
    """Read the images and the true labels that list.csv names."""
    with (folder / "list.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        (
            Path(row["image"]).stem,
            np.asarray(Image.open(folder / row["image"]).convert("L")),
            np.asarray(Image.open(folder / row["segmap"])).astype(np.int32),
        )
        for row in rows
    ]


def draw_pairs(count: int) -> Iterator[Pair]:
    """Draw agglomerates of all sizes, with little noise and much."""
    for seed in range(500, 500 + count):
        rng = np.random.default_rng(seed)
        diameter = float(np.exp(rng.uniform(np.log(10), np.log(80))))
        most = 0.6 * 480 * 640 / (np.pi / 4 * diameter**2)
        bodies = int(np.clip(np.exp(rng.uniform(np.log(5), np.log(600))), 5, most))
        spread, faint, noise = rng.uniform((0.05, 0, 0.02), (0.3, 0.4, 0.1))
        sem_image = draw_agglomerates((480, 640), diameter, bodies, spread, faint, noise, seed=seed)
        yield f"{bodies} bodies of {diameter:.0f} px", sem_image.image, sem_image.labels


def score_all(pairs: Iterable[Pair], overlays: Path | None) -> None:
    """Print the scores of every way, and of every image."""
    names: list[str] = []
    per_image: dict[str, list[InstanceScores]] = {name: [] for name in WAYS}
    for stem, image, truth in pairs:
        names.append(stem)
        for name, way in WAYS.items():
            labels = way(image, truth)
            per_image[name].append(score_crystals(truth, labels))
            if overlays is not None:
                save_overlay(overlays / name / f"{stem}.png", image, truth, labels)
        print(stem, *(f"{name} {scores[-1].f1:.2f}" for name, scores in per_image.items()), flush=True)
    print(
        "\n| way | matched IoU | precision | recall | F1 | mAP | mean F1 of the images |"
        "\n|---|---|---|---|---|---|---|"
    )
    for name, scores in per_image.items():
        print(table_row(name, scores))
        order = np.argsort([score.f1 for score in scores])
        print(f"  worst {[names[i] for i in order[:3]]}, best {[names[i] for i in order[-3:]]}")


def table_row(name: str, scores: list[InstanceScores]) -> str:
    """Return the pooled figures as a row of a Markdown table."""
    pooled = InstanceScores.pooled(scores)
    figures = (
        pooled.mean_matched_iou,
        pooled.precision,
        pooled.recall,
        pooled.f1,
        pooled.mean_average_precision,
        float(np.mean([score.f1 for score in scores])),
    )
    return f"| {name} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |"


def save_overlay(path: Path, image: npt.NDArray[np.uint8], truth: Labels, labels: Labels) -> None:
    """Draw the true outlines green and the found ones red."""
    picture = np.dstack([image] * 3)
    picture[find_boundaries(truth, mode="inner")] = (0, 220, 0)
    picture[find_boundaries(labels, mode="inner")] = (255, 40, 40)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def measure_outlines() -> None:
    """Print how far the outlines of whole drawn crystals are from the true ones, for several diameters."""
    for diameter in (20, 40, 80, 160, 400):
        side = max(300, 5 * diameter)
        sem_image = draw_sem_image((side, side), diameter, 0.35, seed=3)
        start = time.perf_counter()
        labels = sized(sem_image.image, sem_image.labels)
        seconds = time.perf_counter() - start
        pixels = outline_distances(sem_image.labels, labels)
        print(
            f"| {diameter} | {len(pixels)} | {pixels.mean():.2f} | {pixels.max():.2f} | {seconds:.1f} s |",
            flush=True,
        )


def measure_speed(size: int) -> None:
    """Time the segmentation, measurement and classification of a large image."""
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own, so that its memory is not counted.
        subprocess.run([sys.executable, __file__, "--draw", folder, "--size", str(size)], check=True)
        image, truth = (np.load(Path(folder) / name) for name in ("image.npy", "labels.npy"))
        classifier = untrained_classifier(Path(folder))
    clock = Clock()
    labels = segment_crystals(image)
    clock.lap("segmented")
    table = measure_crystals(labels, image, 0.02, "µm")
    clock.lap("measured")
    classes = classifier.classify(image, labels)
    clock.lap("classified")
    class_percentages(classes, table["area"])
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"together {clock.wall:.1f} s, {clock.cpu:.1f} s of CPU on {torch.get_num_threads()} threads")
    print(f"peak memory {kilobytes / (1e6 if sys.platform != 'darwin' else 1e9):.2f} GB")
    print(f"drawn {truth.max()}, found {len(table)}, F1 {score_crystals(truth, labels).f1:.3f}")


class Clock:
    """Prints the time, and the time of the processors, that each step took."""

    def __init__(self) -> None:
        self.wall, self.cpu = 0.0, 0.0
        self._start = time.perf_counter(), time.process_time()

    def lap(self, step: str) -> None:
        """Print how long a step took since the last one."""
        now = time.perf_counter(), time.process_time()
        wall, cpu = (after - before for after, before in zip(now, self._start, strict=True))
        self.wall, self.cpu, self._start = self.wall + wall, self.cpu + cpu, now
        print(f"{step} in {wall:.1f} s, {cpu:.1f} s of CPU", flush=True)


def draw_large(folder: Path, size: int) -> None:
    """Draw a square image of some 5,000 crystals at 4,000 pixels a side."""
    sem_image = draw_sem_image((size, size), diameter=48, coverage=0.62, seed=1)
    np.save(folder / "image.npy", sem_image.image)
    np.save(folder / "labels.npy", sem_image.labels)


def untrained_classifier(folder: Path) -> CrystalClassifier:
    """Return a MicroCrystalNet of random weights: it is as fast as a trained one."""
    card = ModelCard(
        (RockProperty("crystal", DEFAULT_CRYSTAL_CLASSES),),
        "microcrystalnet",
        Preprocessing(64, normalisation="unit"),
    )
    path = save_model(folder / "model.safetensors", create_model("microcrystalnet", 4), card)
    return CrystalClassifier.load(path, "cpu")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--overlays", type=Path)
    parser.add_argument("--agglomerates", type=int, nargs="?", const=30, metavar="IMAGES")
    parser.add_argument("--outlines", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--size", type=int, default=4000, help="side of the drawn image in pixels")
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help="draw the image of --speed, no more")
    arguments = parser.parse_args()
    if arguments.folder is not None:
        score_all(read_pairs(arguments.folder), arguments.overlays)
    if arguments.agglomerates is not None:
        score_all(draw_pairs(arguments.agglomerates), arguments.overlays)
    if arguments.outlines:
        measure_outlines()
    if arguments.draw is not None:
        draw_large(arguments.draw, arguments.size)
    if arguments.speed:
        measure_speed(arguments.size)


if __name__ == "__main__":
    main()
