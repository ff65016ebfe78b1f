"""Dense maps beside exact ones: time, classes and probabilities, for windows of several sizes.

    python benchmarks/dense_slides.py
    python benchmarks/dense_slides.py --photos mudstone/10x --sizes 512
    python benchmarks/dense_slides.py --networks densenet121/gap --sizes 512 --backend torch

The slide is drawn, of three rocks whose truth is known, at the 16 um a pixel that the built-in model
learned on. With photos it is a mosaic of them at their own scale, and the built-in model names all its
properties. The step is an eighth of the window. The dense way does the whole map, calibrating included; the
exact one a sample of its cells, half before and half after, whose time is that of all in proportion. Times
are those of one thread of the processor, for other programs take turns on it. Inside means that all of a
window lies in one rock.

Other networks than the built-in one have a head that was fitted on drawn windows of the three rocks, behind
a backbone of ImageNet (EfficientNet-Lite0) or of random weights (DenseNet-121), and a localisation network,
where they have one, that points anywhere.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from PIL import Image
from recording import Table, add_option, publish
from torch import nn

from napari_rocks2net import MapSettings, RockClassifier, Slide, read_image
from napari_rocks2net.classify.backend_choices import Backend
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard, load_model, resolve_model
from napari_rocks2net.models import create_model
from napari_rocks2net.models.catalog import backbone_spec
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.slides import BegunMap, MapPlan, SlideMap, choose_way, plan_map
from napari_rocks2net.slides.rows import iterate_cells
from napari_rocks2net.synthetic import MosaicScan, draw_mosaic, draw_scan
from napari_rocks2net.training.network.dataset import LoaderOptions, SectionDataset, make_loader
from napari_rocks2net.training.network.fine_tuning import start_head
from napari_rocks2net.training.network.module import Optimisation, RockModule

BUILT_IN = "built-in/evidence"
NETWORKS = (BUILT_IN, "efficientnet_lite0/gap", "densenet121/evidence", "densenet121/gap")
ROCKS = ("coarse crystal", "fine crystal", "mud crystal")
UM_PER_PIXEL = 16.0
SHARE_OF_STEP = 8
TRAINED_SEED = 100
COLUMNS = (
    *("network", "px", "cells", "dense, s", "exact, s", "ratio", "again exactly"),
    *("same class: inside", "boundary"),
    *("probabilities apart: inside", "boundary"),
    *("right, dense/exact: inside", "boundary"),
)

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Comparison:
    """A slide, and of each place on it which rock lies there where that is known."""

    pixels: Pixels
    truth: MosaicScan | None

    @classmethod
    def synthetic(cls, side: int) -> Comparison:
        """Draw a slide of three rocks."""
        mosaic = draw_mosaic(ROCKS, (side * 2 // 3, side), um_per_pixel=UM_PER_PIXEL, seed=11)
        return cls(np.asarray(mosaic.xpl), mosaic)

    @classmethod
    def of_photos(cls, folder: Path, side: int) -> Comparison:
        """Lay photos beside one another, in a random order."""
        photos = sorted(folder.rglob("*.jpg"))
        order = itertools.cycle(np.random.default_rng(0).permutation(len(photos)).tolist())
        mosaic = np.zeros((side * 2 // 3, side, 3), np.uint8)
        first = read_image(photos[0])
        for top in range(0, mosaic.shape[0], first.shape[0]):
            for left in range(0, side, first.shape[1]):
                part = mosaic[top : top + first.shape[0], left : left + first.shape[1]]
                part[:] = read_image(photos[next(order)])[: part.shape[0], : part.shape[1]]
        return cls(mosaic, None)

    def inside(self, centres: npt.NDArray[np.float64], field: int) -> npt.NDArray[np.bool_]:
        """Return which windows with centres (N, 2) lie in one rock, by points all over them."""
        if self.truth is None:
            return np.ones(len(centres), bool)
        steps = np.linspace(-field / 2, field / 2, 9)
        places = [centres + np.array([down, right]) for down in steps for right in steps]
        rocks = np.stack([self.truth.rock_at(*each.T) for each in places])
        return np.asarray((rocks == rocks[0]).all(axis=0))


def built_in(size: int, backend: Backend, properties: tuple[str, ...]) -> RockClassifier:
    """Return the built-in model at another size of its input."""
    network, card = load_model(resolve_model("five_properties"))
    card = replace(card, preprocessing=replace(card.preprocessing, size=size), pixel_size_um={})
    return RockClassifier([LoadedModel(network, card, "cpu", backend=backend)], properties or None)


def fitted(name: str, size: int, backend: Backend) -> RockClassifier:
    """Return a rocks2net with a head for the three rocks."""
    backbone, localization = name.split("/")
    arguments = {"backbone": backbone, "localization": localization}
    torch.manual_seed(0)
    trained = backbone_spec(backbone).weights == "installed"
    network = create_model("rocks2net", len(ROCKS), **arguments, pretrained=trained)
    preprocessing = Preprocessing(size, normalisation=backbone_spec(backbone).normalisation)
    grain = RockProperty("grain", ROCKS)
    with TemporaryDirectory() as folder:
        rows = [(str(file), rock, None) for rock in ROCKS for file in _windows(rock, size, Path(folder))]
        frame = pd.DataFrame(rows, columns=["file", "grain", "region"])
        dataset = SectionDataset(frame, [grain], preprocessing)
        dataset.keep_in_memory()
    options = LoaderOptions(5, 0, False)
    localizing: Any = getattr(network, "localization", nn.Identity())
    if localization == "gap":
        nn.init.normal_(localizing.linear.weight, std=0.3)
    batches = [preprocessing.normalised(images) for images, _ in make_loader(dataset, options)]
    _measure_statistics(network, localizing if trained else network, batches)
    module = RockModule(network, preprocessing, Optimisation(3e-4, constant=True))
    start_head(module, dataset, frame["grain"].tolist(), options)
    card = ModelCard((grain,), "rocks2net", preprocessing, arguments=arguments)
    return RockClassifier([LoadedModel(network, card, "cpu", backend=backend)])


def _windows(rock: str, size: int, folder: Path) -> Iterator[Path]:
    """Write windows of another drawn slide of a rock, half of each in the next."""
    slide = np.asarray(
        draw_scan(rock, (2 * size, 3 * size), um_per_pixel=UM_PER_PIXEL, seed=TRAINED_SEED).xpl
    )
    for top in range(0, size + 1, size // 2):
        for left in range(0, 2 * size + 1, size // 2):
            file = folder / f"{rock}-{top}-{left}.png"
            Image.fromarray(slide[top : top + size, left : left + size]).save(file)
            yield file


@torch.no_grad()
def _measure_statistics(network: nn.Module, part: nn.Module, batches: list[torch.Tensor]) -> None:
    """Let the batch statistics of a part of a network be those of some images."""
    network.eval()
    for norm in part.modules():
        if isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d):
            norm.train().momentum = None
    for images in batches:
        network(images)
    network.eval()


def compare(
    name: str, classifier: RockClassifier, slide: Comparison, size: int, sample: int
) -> list[list[str]]:
    """Return a row for each property."""
    settings = MapSettings(field=size, stride=size // SHARE_OF_STEP, way="dense")
    plan = plan_map(classifier, Slide.of_arrays(slide.pixels), settings)
    dense, exact = (SlideMap.empty(plan, classifier.properties) for _ in range(2))
    numbers = np.sort(np.random.default_rng(1).permutation(plan.cells)[:sample])
    rows, columns = np.unravel_index(numbers, plan.grid.shape)
    cells = np.stack([rows, columns], axis=1)
    # What is prepared once for a model is no part of a map.
    classifier.predict(plan.read(0, 0))
    with torch.inference_mode():
        classifier.models[0].feature_map(torch.zeros(1, 3, 64, 64))
    first = _seconds(lambda: _exactly(classifier, plan, exact, cells[::2]))
    seconds = _seconds(lambda: _densely(classifier, plan, dense))
    second = _seconds(lambda: _exactly(classifier, plan, exact, cells[1::2]))
    of_exact = (first + second) / len(cells) * plan.cells
    centres = plan.grid.centres()[rows, columns]
    inside = slide.inside(centres, size)
    result = []
    for each in classifier.properties:
        ours, theirs = (of[each.name].probabilities[rows, columns] for of in (dense, exact))
        same, apart = ours.argmax(axis=1) == theirs.argmax(axis=1), np.abs(ours - theirs).mean(axis=1)
        right: list[npt.NDArray[np.bool_]] = []
        if slide.truth is not None:
            known = np.array([each.classes.index(rock) for rock in ROCKS])[slide.truth.rock_at(*centres.T)]
            right = [way.argmax(axis=1) == known for way in (ours, theirs)]
        parts = (inside, ~inside)
        result.append([
            *(f"{name}: {each.name}", str(size), f"{plan.cells:,}", f"{seconds:.1f}", f"{of_exact:.1f}"),
            *(f"**{of_exact / seconds:.1f}x**", f"{1 - dense.dense.mean():.3f}"),
            *(_mean(same, part, 3) for part in parts),
            *(_mean(apart, part, 4) for part in parts),
            *("/".join(_mean(way, part, 3) for way in right) or "-" for part in parts),
        ])  # fmt: skip
    return result


def _densely(classifier: RockClassifier, plan: MapPlan, result: SlideMap) -> None:
    for _ in BegunMap(classifier, plan, result, choose_way(classifier, plan)).fill():
        pass


def _exactly(
    classifier: RockClassifier, plan: MapPlan, result: SlideMap, cells: npt.NDArray[np.intp]
) -> None:
    for row, column in cells.tolist():
        list(iterate_cells(classifier, plan, result, row, np.array([column])))


def _seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _mean(values: npt.NDArray[Any], part: npt.NDArray[np.bool_], digits: int) -> str:
    return f"{values[part].mean():.{digits}f}" if part.any() else "-"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 256, 128])
    parser.add_argument("--windows", type=int, default=8, help="side of the slide in windows")
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--backend", choices=["torch", "onnx"], default="onnx")
    add_option(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows: list[list[str]] = []
    for size in options.sizes:
        side = options.windows * size
        slide = Comparison.of_photos(options.photos, side) if options.photos else Comparison.synthetic(side)
        for name in [BUILT_IN] if options.photos else options.networks:
            properties = () if options.photos else ("grain",)
            of_network = (
                built_in(size, options.backend, properties)
                if name == BUILT_IN
                else fitted(name, size, options.backend)
            )
            rows += compare(name, of_network, slide, size, options.sample)
            print(rows[-1], flush=True)
    remarks = [f"Of {options.sample} cells drawn at random; {options.backend}, one thread."]
    publish(
        Table.measured("dense-photos" if options.photos else "dense", COLUMNS, rows, remarks), options.record
    )


if __name__ == "__main__":
    main()
