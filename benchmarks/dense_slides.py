"""The dense way of a map beside the exact one: time, classes and probabilities, for windows of several sizes.

    python benchmarks/dense_slides.py --photos mudstone/10x
    python benchmarks/dense_slides.py --sizes 512 --side 4096 --sample 60

Without photos the slide is drawn, of three rocks whose truth is known. With them it is a mosaic of photos of
one folder for each class, at their own scale. The built-in model takes inputs of each size; the step is an
eighth of the window. The dense way does the whole map; the exact one a sample of its cells, drawn at
random, whose time is that of all in proportion. Times are those of the processor, for other programs take
turns on it.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from napari_rocks2net import MapSettings, RockClassifier, Slide, read_image
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.model_file import load_model, resolve_model
from napari_rocks2net.slides import SlideMap, choose_way, iterate_map, plan_map
from napari_rocks2net.slides.rows import iterate_cells
from napari_rocks2net.synthetic import draw_mosaic

ROCKS = ("coarse crystal", "fine crystal", "mud crystal")
# At 8 um a pixel a window of 256 px shows the 2 mm that the built-in model learned on.
UM_OF_WINDOW = 2048
SHARE_OF_STEP = 8

RockAt = Callable[[np.ndarray, np.ndarray], np.ndarray]


def mosaic_of(folder: Path, side: int) -> np.ndarray:
    """Return photos beside one another, (side, side, 3), in a random order."""
    photos = sorted(folder.rglob("*.jpg"))
    order = itertools.cycle(np.random.default_rng(0).permutation(len(photos)).tolist())
    mosaic = np.zeros((side, side, 3), np.uint8)
    first = read_image(photos[0])
    for top in range(0, side, first.shape[0]):
        for left in range(0, side, first.shape[1]):
            part = mosaic[top : top + first.shape[0], left : left + first.shape[1]]
            photo = read_image(photos[next(order)])
            part[:] = photo[: part.shape[0], : part.shape[1]]
    return mosaic


def classifier_of(size: int, *properties: str) -> RockClassifier:
    """Return the built-in model at another size of its input."""
    network, card = load_model(resolve_model("five_properties"))
    card = replace(card, preprocessing=replace(card.preprocessing, size=size), pixel_size_um={})
    return RockClassifier([LoadedModel(network, card, "cpu")], properties or None)


def compare(pixels: np.ndarray, size: int, sample: int, rock_at: RockAt | None, *properties: str) -> None:
    """Print a row for each property."""
    classifier = classifier_of(size, *properties)
    settings = MapSettings(field=size, stride=size // SHARE_OF_STEP, way="dense")
    plan = plan_map(classifier, Slide.of_arrays(pixels), settings)
    dense = SlideMap.empty(plan, classifier.properties)
    start = time.process_time()
    way = choose_way(classifier, plan)
    for _ in iterate_map(classifier, plan, dense, rows=way.rows(classifier)):
        pass
    seconds = time.process_time() - start
    exact = SlideMap.empty(plan, classifier.properties)
    cells = np.random.default_rng(1).permutation(plan.cells)[:sample]
    rows, columns = np.unravel_index(np.sort(cells), plan.grid.shape)
    start = time.process_time()
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        list(iterate_cells(classifier, plan, exact, row, np.array([column])))
    of_exact = (time.process_time() - start) / len(rows) * plan.cells
    again = 1 - dense.dense.mean()
    for each in classifier.properties:
        ours, theirs = (of[each.name].probabilities[rows, columns] for of in (dense, exact))
        labels = ours.argmax(axis=1), theirs.argmax(axis=1)
        truth = (
            "-"
            if rock_at is None
            else _accuracies(plan.grid.centres()[rows, columns], each.classes, labels, rock_at)
        )
        cells_and_times = f"{plan.cells:,} | {seconds:.0f} | {of_exact:.0f} | {of_exact / seconds:.1f}"
        same, apart = (labels[0] == labels[1]).mean(), np.abs(ours - theirs).mean()
        row = (
            f"| {size} | {each.name} | {cells_and_times} | {again:.2f} | {same:.3f} | {apart:.4f} | {truth} |"
        )
        print(row, flush=True)


def _accuracies(
    centres: np.ndarray, classes: tuple[str, ...], labels: tuple[np.ndarray, np.ndarray], rock_at: RockAt
) -> str:
    truth = np.array([classes.index(rock) for rock in ROCKS])[rock_at(centres[:, 0], centres[:, 1])]
    return ", ".join(f"{(each == truth).mean():.3f}" for each in labels)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512])
    parser.add_argument("--side", type=int, default=0, help="of the slide in pixels; by default 4 windows")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--properties", nargs="*", default=["grain"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    compared = "again | same class | difference | right, dense and exact"
    print(f"| input, px | property | cells | dense, s | exact, s | ratio | {compared} |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size in options.sizes:
        side = options.side or 4 * size
        if options.photos is not None:
            compare(mosaic_of(options.photos, side), size, options.sample, None, *options.properties)
            continue
        mosaic = draw_mosaic(ROCKS, (side * 2 // 3, side), um_per_pixel=UM_OF_WINDOW / size, seed=11)
        compare(np.asarray(mosaic.xpl), size, options.sample, mosaic.rock_at, *options.properties)


if __name__ == "__main__":
    main()
