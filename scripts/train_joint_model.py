"""Draw synthetic thin sections, train the built-in model of five rock properties, and store it.

    python scripts/train_joint_model.py --work build/joint

Two stages, each on sections of its own:

1. `rocks2net` learns the crystal size: 7 classes, 40 sections each, 22 epochs from random weights.
2. `rocks2net_joint` starts from the backbone of the first and learns all five properties: 36 classes, 20
   sections each. Only the sections of this stage are held out to measure the model on.

Every section is photographed in PPL and XPL, 256 px, and read at 128 px. The same script gives the same
pictures and the same splits; called again it goes on where it was cut off, and finished stages are kept.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.model_file import ModelCard, load_model, save_model
from napari_rocks2net.rock_properties import ROCK_PROPERTIES
from napari_rocks2net.samples import SampleTable, load_samples
from napari_rocks2net.synthetic import write_collection
from napari_rocks2net.training import (
    EpochFinished,
    TrainingConfig,
    TrainingEvent,
    TrainingRun,
    load_run,
    train,
)

BUILT_IN = Path(__file__).parents[1] / "src" / "napari_rocks2net" / "builtin" / "five_properties.safetensors"
MEGABYTES_MAX = 20.0
PICTURE_SIZE = 256
PHOTOS = 2
SHARED: dict[str, Any] = {"localization": "evidence", "size": 128, "batch_size": 8, "resume": True}


@dataclass(frozen=True)
class Stage:
    """How much is drawn and trained in one stage.

    Attributes
    ----------
    sections : int
        Thin sections of each class.
    epochs : int
        Passes over the training part.
    seed : int
        Of the pictures, the split and the weights; stages with different seeds share no section.
    """

    sections: int
    epochs: int
    seed: int


GRAIN = Stage(sections=40, epochs=22, seed=2024)
JOINT = Stage(sections=20, epochs=8, seed=2025)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/joint"), help="folder for pictures and runs")
    parser.add_argument("--epochs", type=int, default=JOINT.epochs, help="of the second stage")
    parser.add_argument("--out", type=Path, default=BUILT_IN, help="model file to write")
    return parser.parse_args()


def draw_collection(folder: Path, rock_property: str, stage: Stage) -> Path:
    """Draw the sections of one property and return their table; those that are there are kept."""
    return write_collection(
        folder,
        rock_property,
        stage.sections,
        PICTURE_SIZE,
        stage.seed,
        photos=PHOTOS,
        on_photo=lambda done, total: tell(rock_property, done, total),
    )


def tell(rock_property: str, done: int, total: int) -> None:
    """Print a line for every tenth of the photos of a property."""
    if done * 10 // total > (done - PHOTOS) * 10 // total:
        print(f"{rock_property}: {done} of {total} photos", flush=True)


def draw_joint_collection(folder: Path, stage: Stage) -> Path:
    """Draw the sections of every property and return one table of them, with a column a property.

    Each section is drawn as a class of one property, so the other cells of its rows are empty.
    """
    tables = []
    for name in ROCK_PROPERTIES:
        subfolder = name.replace(" ", "_")
        table = pd.read_csv(draw_collection(folder / subfolder, name, stage), dtype=str)
        # Every property has a class "others", whose sections are others.
        tables.append(
            table.assign(file=f"{subfolder}/" + table["file"], section=f"{subfolder} " + table["section"])
        )
    columns = ["file", *ROCK_PROPERTIES, "section", "light", "stage"]
    return atomic_write(folder / "labels.csv", pd.concat(tables)[columns].to_csv(index=False))


def report(event: TrainingEvent) -> None:
    """Print a line for every epoch."""
    if isinstance(event, EpochFinished):
        print(
            f"epoch {event.epoch}/{event.epochs}: loss {event.train_loss:.3f}, "
            f"validation loss {event.validation_loss:.3f}, accuracy {event.validation_accuracy:.3f}, "
            f"{event.seconds:.0f} s",
            flush=True,
        )


def grain_run(work: Path) -> TrainingRun:
    """Do the first stage, unless it is done."""
    if (work / "run" / "metrics.json").is_file():
        return load_run(work / "run")
    table = draw_collection(work / "collection", "grain", GRAIN)
    config = TrainingConfig(epochs=GRAIN.epochs, seed=GRAIN.seed, output=work / "run", **SHARED)
    return train(config, load_samples(table, "grain", "section"), report)


def joint_run(work: Path, samples: SampleTable, start_from: Path, epochs: int) -> TrainingRun:
    """Do the second stage."""
    config = TrainingConfig(
        model="rocks2net_joint",
        epochs=epochs,
        seed=JOINT.seed,
        start_from=start_from,
        learning_rate=6e-4,
        validation=0.1,
        patience=0,
        output=work,
        **SHARED,
    )
    return train(config, samples, report)


def honest_card(card: ModelCard, test: dict[str, Any], epochs: int) -> ModelCard:
    """Say in the card what the model was trained on and what that is worth."""
    figures = "; ".join(
        f"{name} {one['accuracy']:.2f} of {one['samples']} photos (chance {1 / len(one['classes']):.2f})"
        for name, one in test["properties"].items()
    )
    return replace(
        card,
        data=(
            "Trained on synthetic thin sections drawn by napari_rocks2net.synthetic, in PPL and XPL: the "
            f"backbone first on {7 * GRAIN.sections} sections of the grain classes, then all on "
            f"{36 * JOINT.sections} other sections of the 36 classes, for {epochs} epochs. Each property has "
            "a field of its own width (grain 2.0 mm, clastic 5.1, mechanical genesis 4.1, mixture 1.5, basic "
            f"category 3.1). Accuracy on held-out synthetic sections: {figures}. It has seen no real rock: "
            "on real photos it is a demonstration only."
        ),
        licence="BSD-3-Clause",
    )


def export(run: TrainingRun, out: Path) -> Path:
    """Store the trained model in half precision."""
    network, card = load_model(run.model_path)
    card = honest_card(card, run.metrics["test"], run.config["epochs"])
    path = save_model(out, network, card, half=True)
    megabytes = path.stat().st_size / 1e6
    if megabytes > MEGABYTES_MAX:
        raise SystemExit(f"{path} has {megabytes:.1f} MB; a built-in model may have {MEGABYTES_MAX:.0f} MB.")
    print(f"{path}: {megabytes:.1f} MB\n{card.data}")
    return path


def main() -> None:
    """Draw, train and store."""
    options = arguments()
    first = grain_run(options.work / "grain")
    table = draw_joint_collection(options.work / "collection", JOINT)
    samples = load_samples(table, tuple(ROCK_PROPERTIES), "section")
    export(joint_run(options.work / "run", samples, first.model_path, options.epochs), options.out)


if __name__ == "__main__":
    main()
