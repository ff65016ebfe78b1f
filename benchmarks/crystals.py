"""Scores of the built-in crystal segmentation on annotated micrographs, and its speed.

    python benchmarks/crystals.py FOLDER               # scores; FOLDER holds list.csv: image, segmap
    python benchmarks/crystals.py FOLDER --overlays OUT  # and pictures of the best and the worst three
    python benchmarks/crystals.py --speed              # a drawn image of 4,000 x 4,000 with 5,000 crystals

Every image is segmented three times: with one fixed setting for all, with the median diameter of its true
crystals given, and by the trivial way (Otsu's threshold, watershed of the distance transform).
"""

from __future__ import annotations

import argparse
import csv
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from skimage.feature import peak_local_max
from skimage.filters import gaussian, threshold_otsu
from skimage.morphology import remove_small_objects
from skimage.segmentation import find_boundaries, watershed

from napari_rocks2net.crystals import (
    InstanceScores,
    SegmentationSettings,
    measure_crystals,
    score_crystals,
    segment_crystals,
)

Labels = npt.NDArray[np.int32]
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


def read_pairs(folder: Path) -> list[tuple[str, npt.NDArray[np.uint8], Labels]]:
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


def score_all(folder: Path, overlays: Path | None) -> None:
    """Print the scores of every way, and of every image."""
    pairs = read_pairs(folder)
    per_image: dict[str, list[InstanceScores]] = {name: [] for name in WAYS}
    for stem, image, truth in pairs:
        for name, way in WAYS.items():
            found = way(image, truth)
            per_image[name].append(score_crystals(truth, found))
            if overlays is not None:
                save_overlay(overlays / name / f"{stem}.png", image, truth, found)
        print(stem, *(f"{name} {scores[-1].f1:.2f}" for name, scores in per_image.items()), flush=True)
    print(
        "\n| way | matched IoU | precision | recall | F1 | mAP | mean F1 of the images |"
        "\n|---|---|---|---|---|---|---|"
    )
    for name, scores in per_image.items():
        print(table_row(name, scores))
        order = np.argsort([score.f1 for score in scores])
        print(f"  worst {[pairs[i][0] for i in order[:3]]}, best {[pairs[i][0] for i in order[-3:]]}")


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


def save_overlay(path: Path, image: npt.NDArray[np.uint8], truth: Labels, found: Labels) -> None:
    """Draw the true outlines green and the found ones red."""
    picture = np.dstack([image] * 3)
    picture[find_boundaries(truth, mode="inner")] = (0, 220, 0)
    picture[find_boundaries(found, mode="inner")] = (255, 40, 40)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def measure_speed() -> None:
    """Time segmentation and measurement of a large image."""
    from napari_rocks2net.crystals.rendering import draw_sem_image

    drawn = draw_sem_image((4000, 4000), diameter=48, coverage=0.62, seed=1)
    start = time.perf_counter()
    labels = segment_crystals(drawn.image)
    segmented = time.perf_counter()
    table = measure_crystals(labels, drawn.image, drawn.pixel_size, "µm")
    measured = time.perf_counter()
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"drawn {drawn.labels.max()}, found {len(table)}, F1 {score_crystals(drawn.labels, labels).f1:.3f}")
    print(f"segmented in {segmented - start:.1f} s, measured in {measured - segmented:.1f} s")
    print(
        f"peak memory {kilobytes / (1e6 if sys.platform != 'darwin' else 1e9):.2f} GB, "
        f"{time.process_time():.0f} s of CPU with the drawing"
    )


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--overlays", type=Path)
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    if arguments.folder is not None:
        score_all(arguments.folder, arguments.overlays)
    if arguments.speed:
        measure_speed()


if __name__ == "__main__":
    main()
