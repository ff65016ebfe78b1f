"""What models make of few photos: the rival that any of them must beat, and what is compared with it.

    python benchmarks/few_photos.py DATA --seeds 3

The rival is hand-made features with a logistic regression, written here by itself with numpy, scipy and
scikit-image, so that no fault of the program can be in both: means, deviations and 10th, 50th and 90th
percentiles of RGB and HSV; uniform local binary patterns at radii 1, 2, 4 and 8; gradient statistics at 4
octaves; standardised, L2-logistic, C 0.3, classes balanced.

DATA has the folders mudstone, carbonate_grey and grain_pairs. Every photo is answered by a model that has
not seen its thin section (5 folds, a shuffle a seed); with `--per-class` only so many training photos of each
class are kept. A further model is a function in `METHODS`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image
from scipy import ndimage
from skimage.color import rgb2hsv
from skimage.feature import local_binary_pattern
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from napari_rocks2net.evaluation import gain_interval, grouped_interval
from napari_rocks2net.features import DescriptorCache

Bytes = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.intp]
LONGEST = 640
FOLDS = 5
RIVAL = "hand-made"


@dataclass(frozen=True, eq=False)
class Photos:
    """The labelled photos of a set: their files, classes and thin sections."""

    files: list[Path]
    labels: npt.NDArray[np.str_]
    groups: npt.NDArray[np.str_]


# Takes the photos, those to train on and those to answer; returns the labels of the latter.
Method = Callable[[Photos, Indices, Indices], npt.NDArray[np.str_]]


def mudstone(data: Path) -> Photos:
    """The mudstones at 10x and their lithology."""
    return photos_of(pd.read_csv(data / "mudstone" / "10x.csv", dtype=str), "file", "lithology", "sample")


def carbonate_grey(data: Path) -> Photos:
    """The grey carbonates."""
    return photos_of(
        pd.read_csv(data / "carbonate_grey" / "labels.csv", dtype=str), "file", "label", "id_block"
    )


def grains(data: Path, light: str) -> Photos:
    """The single grains in one light."""
    return photos_of(pd.read_csv(data / "grain_pairs" / "pairs.csv", dtype=str), light, "label", "group")


def photos_of(table: pd.DataFrame, file: str, label: str, group: str) -> Photos:
    """Return the photos of a table by its columns."""
    columns = (np.array(table[name].tolist()) for name in (label, group))
    return Photos([Path(name) for name in table[file]], *columns)


SETS: dict[str, tuple[str, Callable[[Path], Photos]]] = {
    "mudstone": ("mudstone", mudstone),
    "carbonate_grey": ("carbonate_grey", carbonate_grey),
    "grains PPL": ("grain_pairs", lambda data: grains(data, "ppl")),
    "grains XPL": ("grain_pairs", lambda data: grains(data, "xpl")),
}


def read(file: Path) -> Bytes:
    """Return a photo as (y, x, 3) uint8, its longest side 640 px at most."""
    image = Image.open(file).convert("RGB")
    if max(image.size) > LONGEST:
        image.thumbnail((LONGEST, LONGEST))
    return np.asarray(image)


def hand_made(rgb: Bytes) -> npt.NDArray[np.float64]:
    """Return the 86 numbers of the rival."""
    unit = rgb / 255
    channels = np.concatenate([unit, rgb2hsv(unit)], axis=-1).reshape(-1, 6)
    colour = [channels.mean(0), channels.std(0), *np.percentile(channels, [10, 50, 90], axis=0)]
    grey = unit @ [0.299, 0.587, 0.114]
    eight_bits = np.rint(255 * grey).astype(np.uint8)
    codes = [local_binary_pattern(eight_bits, 8, radius, "uniform").astype(int) for radius in (1, 2, 4, 8)]
    patterns = [np.bincount(each.ravel(), minlength=10) / each.size for each in codes]
    return np.concatenate([*colour, *patterns, *gradients(grey)])


def gradients(grey: npt.NDArray[np.float64]) -> list[list[float]]:
    """Return mean, deviation and 90th percentile of the gradient, and the deviation of grey, an octave."""
    statistics = []
    for _ in range(4):
        padded = np.pad(grey, 1, mode="edge")
        down, right = np.gradient(padded)
        steep = np.hypot(down, right)[1:-1, 1:-1]
        statistics.append([steep.mean(), steep.std(), np.percentile(steep, 90), grey.std()])
        grey = ndimage.gaussian_filter(grey, 1)[::2, ::2]
    return statistics


def logistic(describe: Callable[[Path], npt.NDArray[Any]]) -> Method:
    """Return a method: a logistic regression of descriptors, which are computed once a photo."""
    known: dict[Path, npt.NDArray[Any]] = {}

    def rows(photos: Photos, chosen: Indices) -> npt.NDArray[Any]:
        files = [photos.files[index] for index in chosen]
        known.update({file: describe(file) for file in files if file not in known})
        return np.stack([known[file] for file in files])

    def answer(photos: Photos, trained: Indices, tested: Indices) -> npt.NDArray[np.str_]:
        regression = LogisticRegression(C=0.3, class_weight="balanced", max_iter=3000)
        model = make_pipeline(StandardScaler(), regression).fit(rows(photos, trained), photos.labels[trained])
        answers: npt.NDArray[np.str_] = model.predict(rows(photos, tested))
        return answers

    return answer


def texture(file: Path) -> npt.NDArray[np.float32]:
    """Return the program's own descriptors of texture and colour."""
    return DescriptorCache().describe(read(file), ("texture",)).whole["texture"]


METHODS: dict[str, Method] = {
    RIVAL: logistic(lambda file: hand_made(read(file))),
    "texture descriptors": logistic(texture),
}


def few(photos: Photos, trained: Indices, per_class: int, seed: int) -> Indices:
    """Keep so many training photos of each class; 0 keeps all."""
    if not per_class:
        return trained
    order = np.random.default_rng(seed).permutation(trained)
    kept = [order[photos.labels[order] == name][:per_class] for name in np.unique(photos.labels[trained])]
    return np.sort(np.concatenate(kept))


def right_answers(photos: Photos, method: Method, seed: int, per_class: int) -> npt.NDArray[np.bool_]:
    """Return (N,) whether each photo is answered right by a model that has not seen its section."""
    splits = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    right = np.zeros(len(photos.labels), bool)
    for trained, tested in splits.split(photos.labels, photos.labels, photos.groups):
        answers = method(photos, few(photos, trained, per_class, seed), tested)
        right[tested] = answers == photos.labels[tested]
    return right


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--per-class", type=int, default=0, help="training photos of each class; 0: all")
    return parser.parse_args()


def main() -> None:
    """Print a Markdown table: accuracy, its interval by thin section, and the gain over the first method."""
    options = arguments()
    names = options.methods.split(",")
    print("| set | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for name in options.sets.split(","):
        folder, load = SETS[name]
        photos = load(options.data)
        photos = Photos([options.data / folder / file for file in photos.files], photos.labels, photos.groups)
        groups = photos.groups.tolist() * options.seeds
        cells: list[str] = []
        first = None
        for method in names:
            every = [
                right_answers(photos, METHODS[method], seed, options.per_class)
                for seed in range(options.seeds)
            ]
            right = np.concatenate(every)
            first = right if first is None else first
            cells.append(cell(right, first, groups))
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def cell(right: npt.NDArray[np.bool_], first: npt.NDArray[np.bool_], groups: list[str]) -> str:
    """Return accuracy, interval and gain over the first method as text."""
    low, high = grouped_interval(right, groups)
    text = f"**{right.mean():.3f}** ({low:.2f} to {high:.2f})"
    if right is first:
        return text
    low, high = gain_interval(first, right, groups)
    return f"{text}, {right.mean() - first.mean():+.3f} ({low:+.2f} to {high:+.2f})"


if __name__ == "__main__":
    main()
