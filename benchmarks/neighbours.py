"""Neighbours: by which features the photos lie nearest that are of the class of the one that is asked about.

    python benchmarks/neighbours.py DATA

Of each photo of a set the five nearest of other thin sections; counted is which share of them carries its
class. Texture and colour stand beside the activations of the light backbone, both together, which is what a
probe goes by, and the features of the built-in model, which was drawn for other rock. Gains are over texture
and colour.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from real_sets import SETS, Photos

from napari_rocks2net import RockClassifier, read_image
from napari_rocks2net.evaluation.intervals import gain_interval, grouped_interval
from napari_rocks2net.explain import nearest
from napari_rocks2net.features import joined
from napari_rocks2net.training.probe.describing import PhotoDescriber

NEIGHBOURS = 5
Rows = npt.NDArray[np.float64]


def features_of(photos: Photos) -> dict[str, Rows]:
    """Return the features (N, D) of photos by their kinds, texture and colour first."""
    describe, built_in = PhotoDescriber(), RockClassifier.load("five_properties", device="cpu")
    pictures = [read_image(file) for file in photos.files]
    described = [describe(each).whole for each in pictures]
    kinds: dict[str, Callable[[int], npt.NDArray[np.floating] | None]] = {
        "texture and colour": lambda at: described[at]["texture"],
        "activations": lambda at: described[at]["activations"],
        "both, the probe": lambda at: joined(described[at], ("texture", "activations")),
        "built-in model": lambda at: built_in.features(pictures[at], "grain"),
    }
    return {name: np.array([of(at) for at in range(len(pictures))], float) for name, of in kinds.items()}


def shares(photos: Photos, rows: Rows) -> Rows:
    """Return of each photo (N,) which share of its neighbours is of its class."""
    sections = photos.groups.astype(str).tolist()
    neighbours = [nearest(rows, sections, rows[at], sections[at], NEIGHBOURS) for at in range(len(rows))]
    return np.array(
        [
            np.mean([photos.labels[each.index] == label for each in own])
            for own, label in zip(neighbours, photos.labels, strict=True)
        ]
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    print("| set | features | share of the class | gain |\n|---|---|---|---|")
    for name, load in SETS.items():
        photos = load(options.data)
        groups = photos.groups.astype(str).tolist()
        own = {kind: shares(photos, rows) for kind, rows in features_of(photos).items()}
        texture = own["texture and colour"]
        for kind, share in own.items():
            low, high = grouped_interval(share, groups)
            lost, won = gain_interval(texture, share, groups)
            gain = f"{share.mean() - texture.mean():+.2f} ({lost:+.2f} to {won:+.2f})"
            cells = f"{share.mean():.2f} ({low:.2f} to {high:.2f}) | {gain if share is not texture else ''}"
            print(f"| {name} | {kind} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
