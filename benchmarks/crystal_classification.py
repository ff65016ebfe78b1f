"""How well single crystals are named: drawn SEM images with truth, split by image.

    python benchmarks/crystal_classification.py --out build/crystal_classification

Every image has its own crystal size, coverage and noise. Each seed draws other images and makes another
split, the same for both networks; test images are seen once, after training. A finished run is not trained
again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from napari_rocks2net.benchmark.summary import summary_of
from napari_rocks2net.crystals import AnnotatedCrystals, prepare_crystal_training
from napari_rocks2net.crystals.drawn import draw_sem_image
from napari_rocks2net.training import EpochFinished, TrainingEvent, TrainingRun, load_run, train

SHAPE = (512, 640)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", default="microcrystalnet,microcrystalnet_deposited")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--images", type=int, default=16, help="drawn images for each seed")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs")
    return parser.parse_args()


def drawn_images(count: int, seed: int) -> list[AnnotatedCrystals]:
    """Draw images of different magnification, crowding and noise with the class of every crystal."""
    rng = np.random.default_rng(seed)
    return [_drawn_image(f"seed {seed} image {number}", rng) for number in range(count)]


def _drawn_image(name: str, rng: np.random.Generator) -> AnnotatedCrystals:
    drawn = draw_sem_image(
        SHAPE,
        diameter=float(rng.uniform(50, 90)),
        coverage=float(rng.uniform(0.3, 0.6)),
        noise=float(rng.uniform(0.02, 0.06)),
        seed=int(rng.integers(2**31)),
    )
    return AnnotatedCrystals(name, drawn.image, drawn.labels, dict(enumerate(drawn.classes, start=1)))


def trained(model: str, seed: int, options: argparse.Namespace) -> TrainingRun:
    """Train a network, or return the finished run."""
    folder = options.out / f"{model}-seed-{seed}"
    if (folder / "metrics.json").is_file():
        return load_run(folder)
    images = drawn_images(options.images, seed)
    config, samples = prepare_crystal_training(
        images, folder, model=model, epochs=options.epochs, seed=seed, patience=0
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
    runs = {model: [trained(model, seed, options) for seed in range(options.seeds)] for model in models}
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
