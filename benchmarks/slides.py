"""Maps of slides: accuracy on a synthetic slide whose rocks are known, rate, and peak memory on a huge one.

    python benchmarks/slides.py
    python benchmarks/slides.py --backends onnx --stride 64

The drawn slide has three rocks with wavy boundaries; the built-in model names their grain in windows of 2 mm.
Inside means that all of a window lies in one rock. The huge slide, 100,000 x 100,000 px, is made where it is
read; a band of it, as wide as the slide, is mapped, each part in a process of its own so that the peak
memory is its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from typing import Literal

import numpy as np
import torch
from recording import Table, add_option, publish

from napari_rocks2net import MapSettings, RockClassifier, Slide, map_slide
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.models import create_model
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.slides import CellState
from napari_rocks2net.synthetic import draw_mosaic

ROCKS = ("coarse crystal", "fine crystal", "mud crystal")
SHAPE, UM_PER_PIXEL, FIELD = (1152, 1728), 8.0, 256
COLUMNS = ("backend", "stride, px", "cells", "cells/s", "right inside a rock", "right on a boundary")
HUGE, BAND = 100_000, 3_000


def synthetic_slide(backend: Literal["torch", "onnx"], stride: int) -> list[str]:
    """Map the drawn slide; return a row of the table."""
    mosaic = draw_mosaic(ROCKS, SHAPE, um_per_pixel=UM_PER_PIXEL, seed=11)
    slide = Slide.of_arrays(np.asarray(mosaic.xpl), um_per_pixel=UM_PER_PIXEL)
    classifier = RockClassifier.load("five_properties", device="cpu", backend=backend).select("grain")
    start = time.perf_counter()
    result = map_slide(classifier, slide, MapSettings(field=FIELD, stride=stride))
    seconds = time.perf_counter() - start
    centres, names = result.grid.centres(), result["grain"].rock_property.classes
    truth = np.array([names.index(rock) + 1 for rock in ROCKS])[mosaic.rock_at(*np.moveaxis(centres, -1, 0))]
    right, inside = result["grain"].classes() == truth, _inside(mosaic.rock_at, centres)
    cells = [backend, str(stride), str(right.size), f"{right.size / seconds:.1f}"]
    parts = [f"{right[part].mean():.2f} of {part.sum()}" for part in (inside, ~inside)]
    return [*cells, *parts]


def _inside(rock_at: object, centres: np.ndarray) -> np.ndarray:
    """Return which windows lie in one rock, by points all over them."""
    steps = np.linspace(-FIELD / 2, FIELD / 2, 9)
    rocks = [
        rock_at(centres[..., 0] + down, centres[..., 1] + right)  # type: ignore[operator]
        for down in steps
        for right in steps
    ]
    return np.asarray((np.stack(rocks) == rocks[0]).all(axis=0))


def huge_slide() -> str:
    """Map a band of a slide that is made where it is read; return what it took."""
    import dask.array as da

    torch.manual_seed(0)
    card = ModelCard(
        (RockProperty("rock", ("a", "b")),), "efficientnet_lite0", Preprocessing(size=64), arguments={}
    )
    classifier = RockClassifier([LoadedModel(create_model("efficientnet_lite0", 2), card, "cpu")])
    slide = Slide.of_arrays(da.zeros((HUGE, HUGE, 3), dtype=np.uint8, chunks=(512, 512, 3)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    top, left = HUGE * 0.3, 0
    region = np.array([[top, left], [top, HUGE], [top + BAND, HUGE], [top + BAND, left]])
    start = time.perf_counter()
    result = map_slide(classifier, slide, MapSettings(field=1024, stride=1024), region=[region])
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return (
        f"{HUGE:,} x {HUGE:,} px: {result.count(CellState.ANSWERED)} windows of 1,024 px in {seconds:.0f} s; "
        f"peak memory {peak:.2f} GB, of which {before:.2f} GB before the slide was opened."
    )


def main() -> None:
    """Print the table and the memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--backends", nargs="+", choices=["torch", "onnx"], default=["torch", "onnx"])
    parser.add_argument("--stride", type=int, default=128)
    add_option(parser)
    options = parser.parse_args()
    rows = []
    for backend in options.backends:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            rows.append(pool.apply(synthetic_slide, (backend, options.stride)))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        huge = pool.apply(huge_slide)
    publish(Table.measured("slides", COLUMNS, rows, [huge]), options.record)


if __name__ == "__main__":
    main()
