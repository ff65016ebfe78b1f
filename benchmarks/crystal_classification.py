"""Crystal classification: accuracy on synthetic SEM images with truth, split by image.

    python benchmarks/crystal_classification.py --out build/crystal_classification

Every image has its own crystal size, coverage and noise. Each seed draws other images and makes another
split, the same for both networks; test images are seen once, after training. A finished run is not trained
again. Crystals that the image's border cuts are left out, as a person who names crystals would: half a
ball and half a polyhedron look alike. ``--cut`` takes them in.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_rocks2net.benchmark.summary import summary_of
from napari_rocks2net.crystals import AnnotatedCrystals, prepare_crystal_training
from napari_rocks2net.crystals.synthetic import draw_sem_image
from napari_rocks2net.training import EpochFinished, TrainingEvent, TrainingRun, load_run, train

SHAPE = (512, 640)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", default="microcrystalnet,microcrystalnet_deposited")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--images", type=int, default=32, help="drawn images for each seed")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--cut", action="store_true", help="also crystals that the border cuts")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs")
    return parser.parse_args()


def synthetic_images(count: int, seed: int, cut: bool = False) -> list[AnnotatedCrystals]:
    """Draw images of different magnification, crowding and noise with the class of every crystal."""
    rng = np.random.default_rng(seed)
    return [_synthetic_image(f"seed {seed} image {number}", rng, cut) for number in range(count)]


def _synthetic_image(name: str, rng: np.random.Generator, cut: bool) -> AnnotatedCrystals:
    sem_image = draw_sem_image(
        SHAPE,
        diameter=float(rng.uniform(50, 90)),
        coverage=float(rng.uniform(0.3, 0.6)),
        noise=float(rng.uniform(0.02, 0.06)),
        seed=int(rng.integers(2**31)),
    )
    left_out = set() if cut else set(_on_border(sem_image.labels).tolist())
    named = {label: name for label, name in enumerate(sem_image.classes, start=1) if label not in left_out}
    return AnnotatedCrystals(name, sem_image.image, sem_image.labels, named)


def _on_border(labels: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))


def trained(
    model: str, seed: int, images: Callable[[], list[AnnotatedCrystals]], options: argparse.Namespace
) -> TrainingRun:
    """Train a network, or return the finished run."""
    folder = options.out / f"{model}-seed-{seed}"
    if (folder / "metrics.json").is_file():
        return load_run(folder)
    config, samples = prepare_crystal_training(
        images(), folder, model=model, epochs=options.epochs, seed=seed, patience=0
    )
    print(f"{model}, seed {seed}: {config.data}", flush=True)
    return train(config, samples, _print_epoch)


def _print_epoch(event: TrainingEvent) -> None:
    if isinstance(event, EpochFinished):
        print(f"  epoch {event.epoch}: validation {event.validation_accuracy:.3f}", flush=True)


def main() -> None:
    """Train every network on every seed and print a Markdown table."""
    options = arguments()
    models = options.models.split(",")
    runs: dict[str, list[TrainingRun]] = {model: [] for model in models}
    for seed in range(options.seeds):
        # Both networks are trained on the same drawings, and these are made when one is to be trained.
        images = cache(partial(synthetic_images, options.images, seed, options.cut))
        for model in models:
            runs[model].append(trained(model, seed, images, options))
    print("| network | accuracy | 95 % interval | of each seed | balanced | crystals | images |")
    print("|---|---|---|---|---|---|---|")
    for model in models:
        row = summary_of(model, runs[model])
        each = ", ".join(f"{run.metrics['test']['accuracy']:.3f}" for run in runs[model])
        print(
            f"| `{model}` | {row['accuracy']:.3f} | {row['accuracy_low']:.3f} to {row['accuracy_high']:.3f} "
            f"| {each} | {row['balanced_accuracy']:.3f} | {row['samples']} | {row['sections']} |"
        )
        print(np.array(runs[model][0].metrics["test"]["confusion_matrix"]), runs[model][0].metrics["classes"])


if __name__ == "__main__":
    main()
