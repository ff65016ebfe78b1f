"""Evidence maps of a planted clue: noise with one patch that tells the class, held-out photos asked why.

    python benchmarks/evidence_maps.py
    python benchmarks/evidence_maps.py --networks probe rocks2net-evidence rocks2net-gap gdnet --epochs 6

A map finds the clue where the place that says most for the class of the photo overlaps the patch; "for or
against" is the place farthest from the mean of all: a model may tell a class by what it has not. "chance" is
the share of places that overlap. The small network is that of docs/method.md, from random weights on 64 px::

    python benchmarks/evidence_maps.py --networks small-evidence --size 64 --images 768

The others start from ImageNet weights on the light backbone. The probe "probe-blank" learns a fourth class,
too, from photos without a patch: then no colour is told by the lack of the others.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from planted_clue import NOISE, PlantedClues, planted_clues
from torch import nn
from torch.nn import functional as F

from napari_rocks2net.classify import RockClassifier
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.explain import EvidenceMap, evidence_maps
from napari_rocks2net.features import WORKING_SCALE
from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.model_file import ModelCard
from napari_rocks2net.models import EvidenceNetwork, RockNetwork, create_model
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.training.network.components import raise_batchnorm_momentum
from napari_rocks2net.training.probe import fit_probe
from napari_rocks2net.training.probe.describing import PhotoDescriber

CLUE = RockProperty("clue", ("red", "green", "blue"))
CLUE_OR_NONE = RockProperty("clue", (*CLUE.classes, "none"))
BLANK_SEED = 77
GREY, CONTRAST = 100, 50
SECTIONS = 12
LIGHT = "efficientnet_lite0"


def photos(clues: PlantedClues) -> list[np.ndarray]:
    """Return the images as photos, (S, S, 3) uint8."""
    values = np.clip(GREY + CONTRAST * clues.images, 0, 255).astype(np.uint8)
    return list(values.transpose(0, 2, 3, 1))


def fitted_probe(clues: PlantedClues, epochs: int) -> RockClassifier:
    """Fit a probe to photos of twelve sections."""
    describe = PhotoDescriber()
    labels = [CLUE.classes[label] for label in clues.labels]
    groups = [str(number % SECTIONS) for number in range(len(labels))]
    fitted = fit_probe([describe(each) for each in photos(clues)], labels, groups, CLUE.classes)
    return _classifier(fitted.probe, "probe", WORKING_SCALE)


def fitted_probe_of_blanks(clues: PlantedClues, epochs: int) -> RockClassifier:
    """Fit a probe to such photos and to a third as many without a patch."""
    describe, side = PhotoDescriber(), clues.images.shape[-1]
    noise = np.random.default_rng(BLANK_SEED).standard_normal(
        (len(clues.labels) // 3, 3, side, side), dtype=np.float32
    )
    pictures = [*photos(clues), *photos(replace(clues, images=NOISE * noise))]
    labels = [CLUE.classes[label] for label in clues.labels] + ["none"] * len(noise)
    groups = [str(number % SECTIONS) for number in range(len(labels))]
    described = [describe(each) for each in pictures]
    fitted = fit_probe(described, labels, groups, CLUE_OR_NONE.classes)
    return _classifier(fitted.probe, "probe", WORKING_SCALE, CLUE_OR_NONE)


def trained(architecture: str, **arguments: str) -> Callable[[PlantedClues, int], RockClassifier]:
    """Return what trains a network: AdamW at 1e-3 with a cosine decay."""

    def train(clues: PlantedClues, epochs: int) -> RockClassifier:
        network = create_model(architecture, 3, pretrained=True, **arguments)
        _fit(network, clues, epochs)
        return _classifier(network, architecture, _preprocessing(clues))

    return train


def _preprocessing(clues: PlantedClues) -> Preprocessing:
    return Preprocessing(size=clues.images.shape[-1], normalisation="signed")


def _fit(network: RockNetwork, clues: PlantedClues, epochs: int) -> None:
    raise_batchnorm_momentum(network)
    inputs = torch.stack(list(map(_preprocessing(clues), photos(clues))))
    labels = torch.from_numpy(clues.labels)
    batches = [batch for _ in range(epochs) for batch in torch.randperm(len(labels)).split(16)]
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, len(batches))
    for batch in batches:
        optimiser.zero_grad()
        F.nll_loss(network(inputs[batch]).log_probabilities, labels[batch]).backward()
        optimiser.step()
        schedule.step()


def small_network(clues: PlantedClues, epochs: int) -> RockClassifier:
    """Train the network of the method's proof: evidence-guided, a small backbone with 8 x 8 places."""
    network = EvidenceNetwork(3, dilation=1, scale=0.5)
    layers: list[nn.Module] = []
    for channels_in, channels_out in pairwise((3, 16, 32, 32)):
        layers += [nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1)]
        layers += [nn.BatchNorm2d(channels_out), nn.ReLU()]
    network.backbone = nn.Sequential(*layers, nn.Conv2d(32, 1024, 1), nn.ReLU())
    _fit(network, clues, epochs)
    return _classifier(network, "rocks2net", _preprocessing(clues))


NETWORKS: dict[str, Callable[[PlantedClues, int], RockClassifier]] = {
    "small-evidence": small_network,
    "probe": fitted_probe,
    "probe-blank": fitted_probe_of_blanks,
    "rocks2net-evidence": trained("rocks2net", localization="evidence", backbone=LIGHT),
    "rocks2net-gap": trained("rocks2net", localization="gap", backbone=LIGHT),
    "gdnet": trained("gdnet", backbone=LIGHT),
}


def _classifier(
    network: RockNetwork, architecture: str, preprocessing: Preprocessing, property: RockProperty = CLUE
) -> RockClassifier:
    card = ModelCard(properties=(property,), architecture=architecture, preprocessing=preprocessing)
    return RockClassifier([LoadedModel(network, card, "cpu")])


def farthest(evidence: EvidenceMap) -> EvidenceMap:
    """Return the map of how far each place is from the mean of all, for or against."""
    return replace(evidence, cells=abs(evidence.cells - evidence.cells.mean()))


def overlaps(evidence: EvidenceMap, clue: np.ndarray) -> bool:
    """Return whether the strongest place overlaps a clue (4,) of the unit square."""
    y0, x0, y1, x1 = evidence.strongest.box
    top, left, bottom, right = clue * np.tile(evidence.size, 2)
    return bool(y0 < bottom and y1 > top and x0 < right and x1 > left)


def chance(evidence: EvidenceMap, patch: int) -> float:
    """Return how often a place chosen blindly overlaps a patch that lies anywhere."""
    spans = zip(evidence.cells.shape, evidence.cell_size, evidence.size, strict=True)
    # Along an axis a patch meets (patch + cell) / cell places on average, less at the edges.
    return float(np.prod([min(1, (patch / cell + 1) / count) for count, cell, _ in spans]))


def row(name: str, options: argparse.Namespace, seed: int) -> str:
    """Train a network and return its row of the table."""
    torch.manual_seed(seed)
    patch, start = options.size // 8, time.perf_counter()
    classifier = NETWORKS[name](
        planted_clues(options.images, options.size, patch, 2 * seed + 1), options.epochs
    )
    held_out = planted_clues(options.held_out, options.size, patch, 2 * seed)
    right, finds, either, local_finds = [], [], [], []
    for photo, label, clue in zip(photos(held_out), held_out.labels, held_out.clues, strict=True):
        right.append(classifier.predict(photo).only.label == CLUE.classes[label])
        maps = evidence_maps(classifier, photo, CLUE.name, CLUE.classes[label])
        finds.append(overlaps(maps.whole, clue))
        either.append(overlaps(farthest(maps.whole), clue))
        if maps.local is not None:
            local_finds.append(overlaps(maps.local, clue))
    local = f"{np.mean(local_finds):.2f}" if local_finds else "-"
    return (
        f"| `{name}` | {seed} | {np.mean(right):.2f} | **{np.mean(finds):.2f}** | "
        f"{np.mean(either):.2f} | {local} | "
        f"{chance(maps.whole, patch):.2f} | {time.perf_counter() - start:.0f} s |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--networks", nargs="+", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--size", type=int, default=128, help="side of the photos in pixels")
    parser.add_argument("--images", type=int, default=192)
    parser.add_argument("--held-out", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    print("| network | seed | accuracy | map finds the clue | for or against | local map | chance | time |")
    print("|---|---|---|---|---|---|---|---|")
    for seed in range(options.seeds):
        for name in options.networks:
            print(row(name, options, seed), flush=True)


if __name__ == "__main__":
    main()
