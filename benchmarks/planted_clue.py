"""Planted clue: whether the critical area of the full networks finds it, on noise with one patch.

    python benchmarks/planted_clue.py                        # both localisations, 128 px, two seeds
    python benchmarks/planted_clue.py --size 256 --epochs 12

Each network trains from random weights; the table says how often its area covers the clue of held-out
images. An area of half the side that ignores the image covers about a third of them.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from napari_rocks2net.models import EvidenceNetwork, RockNetwork, SiameseNetwork
from napari_rocks2net.training.network.components import raise_batchnorm_momentum

CLASSES = 3
SCALE = 0.5
HELD_OUT = 256
NOISE = 0.3
SIGNAL = 2.0


@dataclass(frozen=True, eq=False)
class PlantedClues:
    """Noise images whose class shows in one small patch."""

    # (N, 3, S, S) float32, noise around 0 with a bright patch in the channel that is the class.
    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]  # (N,) int64, 0..2.
    clues: npt.NDArray[np.float32]  # (N, 4) float32, y0, x0, y1, x1 of the patches in the unit square.

    def covered_by(self, areas: npt.NDArray[np.floating]) -> float:
        """Return the share (0..1) of the clues whose centre lies in its area, (N, 4) in the unit square."""
        centres = (self.clues[:, :2] + self.clues[:, 2:]) / 2
        inside = (centres >= areas[:, :2]) & (centres <= areas[:, 2:])
        return float(inside.all(axis=1).mean())


def planted_clues(count: int, side: int, patch: int, seed: int) -> PlantedClues:
    """Return images of three classes, each with one patch somewhere; sides are in pixels."""
    random = np.random.default_rng(seed)
    images = NOISE * random.standard_normal((count, 3, side, side), dtype=np.float32)
    labels = random.integers(3, size=count)
    corners = random.integers(side - patch + 1, size=(count, 2))
    for image, label, (y, x) in zip(images, labels, corners, strict=True):
        image[label, y : y + patch, x : x + patch] += SIGNAL
    clues = (np.hstack([corners, corners + patch]) / side).astype(np.float32)
    return PlantedClues(images, labels, clues)


def new_network(localization: str) -> RockNetwork:
    """Return rocks2net with random weights and a critical area of half the image's side."""
    if localization == "evidence":
        return EvidenceNetwork(CLASSES, dilation=2, scale=SCALE)
    return SiameseNetwork(CLASSES, dilation=2, localization=localization, scale=SCALE)


def train(network: RockNetwork, clues: PlantedClues, epochs: int, batch_size: int, device: str) -> None:
    """Train as the preset does, without augmentation: AdamW at 1e-3 with a cosine decay."""
    raise_batchnorm_momentum(network)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3)
    steps = epochs * -(-len(clues.labels) // batch_size)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(epochs):
        for batch in torch.randperm(len(clues.labels)).split(batch_size):
            optimiser.zero_grad()
            images, labels = torch.from_numpy(clues.images)[batch], torch.from_numpy(clues.labels)[batch]
            F.nll_loss(network(images.to(device)).log_probabilities, labels.to(device)).backward()
            optimiser.step()
            schedule.step()


def measure(network: RockNetwork, clues: PlantedClues, device: str) -> tuple[float, float]:
    """Return accuracy and coverage on held-out images."""
    labels, areas = [], []
    with torch.inference_mode():
        for batch in torch.from_numpy(clues.images).split(16):
            output = network.eval()(batch.to(device))
            labels.append(output.log_probabilities.argmax(dim=1).cpu())
            areas.append(output.critical_area.cpu())
    accuracy = float((torch.cat(labels).numpy() == clues.labels).mean())
    return accuracy, clues.covered_by(torch.cat(areas).numpy())


def row(localization: str, seed: int, options: argparse.Namespace) -> str:
    """Train one network and return its row of the table."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    patch = options.size // 8
    torch.manual_seed(seed)
    network = new_network(localization).to(device)
    start = time.perf_counter()
    training = planted_clues(options.images, options.size, patch, seed=2 * seed + 1)
    train(network, training, options.epochs, options.batch_size, device)
    accuracy, coverage = measure(network, planted_clues(HELD_OUT, options.size, patch, seed=2 * seed), device)
    seconds = time.perf_counter() - start
    return (
        f"| `{localization}` | {seed} | {accuracy:.2f} | **{coverage:.2f}** | {seconds:.0f} s on {device} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", type=int, default=128, help="side of the images in pixels")
    parser.add_argument("--images", type=int, default=384)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--localizations", nargs="+", default=["evidence", "gap"])
    options = parser.parse_args()
    print("| localisation | seed | accuracy | clue covered | time |\n|---|---|---|---|---|")
    for seed in range(options.seeds):
        for localization in options.localizations:
            print(row(localization, seed, options), flush=True)


if __name__ == "__main__":
    main()
