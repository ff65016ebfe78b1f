"""Gentle fine-tuning, where it starts: logistic regressions on pooled features of a pretrained backbone.

    python benchmarks/head_start.py LABELS.csv --property lithology --group sample

Grouped 5-fold cross-validation as `train --folds 5` makes it, 15 % of the sections left out for validation;
prints accuracy and log loss of all photos for each seed and choice of features.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import accuracy_score, log_loss
from torch import Tensor

from napari_rocks2net.imaging import Preprocessing, read_image
from napari_rocks2net.models import efficientnet_lite0_features
from napari_rocks2net.models.efficientnet_lite import efficientnet_lite0_moments
from napari_rocks2net.samples import SampleTable, load_samples, split_folds
from napari_rocks2net.training.network.fine_tuning import grouped_regression

Numbers = npt.NDArray[np.float64]
BACKBONES: dict[str, Callable[[], torch.nn.Module]] = {
    "moments of three depths": lambda: efficientnet_lite0_moments(pretrained=True),
    "the same, dilated": lambda: efficientnet_lite0_moments(2, pretrained=True),
    "last layer": lambda: efficientnet_lite0_features(pretrained=True),
}


def pooled_features(backbone: torch.nn.Module, files: list[str], size: int) -> dict[str, Numbers]:
    """Return the features (F,) of each photo, averaged over space, by its file."""
    preprocessing = Preprocessing(size, normalisation="signed")

    def pooled(image: Tensor) -> Numbers:
        features: Numbers = backbone.eval()(image[None]).mean(dim=(2, 3))[0].double().numpy()
        return features

    with torch.inference_mode():
        return {file: pooled(preprocessing(read_image(file))) for file in files}


def cross_validated(samples: SampleTable, features: dict[str, Numbers], seed: int) -> tuple[float, float]:
    """Return accuracy and log loss over the test parts of five folds."""
    name, classes = samples.only.name, list(samples.only.classes)
    truth: list[str] = []
    tested: list[Numbers] = []
    for part in split_folds(samples, 5, 0.15, seed):
        train, test = part.part("train"), part.part("test")
        known, new = (np.stack([features[file] for file in rows["file"]]) for rows in (train, test))
        mean, deviation = known.mean(axis=0), np.sqrt(known.var(axis=0) + 1e-6)
        labels = train[name].map(classes.index).to_numpy(np.int64)
        model = grouped_regression((known - mean) / deviation, labels, train["group"].to_numpy(object))
        probabilities = np.full((len(test), len(classes)), 1e-9)
        probabilities[:, model.classes_] = model.predict_proba((new - mean) / deviation)
        truth += test[name].tolist()
        tested.append(probabilities)
    everything = np.concatenate(tested)
    everything /= everything.sum(axis=1, keepdims=True)
    answers = [classes[place] for place in everything.argmax(axis=1)]
    return float(accuracy_score(truth, answers)), float(log_loss(truth, everything, labels=classes))


def main() -> None:
    """Print a row for each choice of features and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--property")
    parser.add_argument("--group")
    parser.add_argument("--size", type=int, default=256)
    options = parser.parse_args()
    samples = load_samples(options.labels, options.property, options.group)
    for name, make in BACKBONES.items():
        features = pooled_features(make(), samples.frame["file"].unique().tolist(), options.size)
        for seed in range(3):
            accuracy, loss = cross_validated(samples, features, seed)
            print(f"{name:<26} seed {seed}  accuracy {accuracy:.3f}  log loss {loss:.3f}", flush=True)


if __name__ == "__main__":
    main()
