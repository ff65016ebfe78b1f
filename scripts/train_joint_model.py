"""Training of the built-in model of five rock properties, on synthetic thin sections.

    python scripts/train_joint_model.py --work build/joint

`rocks2net_joint` on the light backbone starts from its ImageNet weights and learns all five properties: 36
classes, 80 sections each, which differ in scale, staining and white balance. A tenth of the sections is held
out to measure the model on.

Every section is photographed in PPL and XPL, 256 px, and read at 128 px. The same script gives the same
pictures and the same splits; called again it goes on where it was cut off.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.model_file import ModelCard, load_model, save_model
from napari_rocks2net.pixel_scale import LearnedPixelSize
from napari_rocks2net.rock_properties import ROCK_PROPERTIES
from napari_rocks2net.samples import SampleTable, load_samples
from napari_rocks2net.synthetic import Variation, write_collection
from napari_rocks2net.synthetic.petrology.recipes import FIELD_UM
from napari_rocks2net.training import (
    EpochFinished,
    TrainingConfig,
    TrainingEvent,
    TrainingRun,
    train,
)

BUILT_IN = Path(__file__).parents[1] / "src" / "napari_rocks2net" / "builtin" / "five_properties.safetensors"
MEGABYTES_MAX = 20.0
PICTURE_SIZE = 256
PHOTOS = 2
SECTIONS = 80
EPOCHS = 8
SEED = 2026
DRAWING_PROCESSES = 2


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/joint"), help="folder for pictures and runs")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="passes over the training part")
    parser.add_argument("--sections", type=int, default=SECTIONS, help="thin sections of each class")
    parser.add_argument("--out", type=Path, default=BUILT_IN, help="model file to write")
    return parser.parse_args()


def draw_collection(folder: Path, sections: int, rock_property: str) -> Path:
    """Draw the sections of one property and return their table; those that are there are kept."""
    return write_collection(
        folder / rock_property.replace(" ", "_"),
        rock_property,
        sections,
        PICTURE_SIZE,
        SEED,
        photos=PHOTOS,
        variation=Variation(),
        on_photo=partial(tell, rock_property),
    )


def tell(rock_property: str, done: int, total: int) -> None:
    """Print a line for every tenth of the photos of a property."""
    if done * 10 // total > (done - PHOTOS) * 10 // total:
        print(f"{rock_property}: {done} of {total} photos", flush=True)


def draw_joint_collection(folder: Path, sections: int) -> Path:
    """Draw the sections of every property and return one table of them, with a column a property.

    Each section is drawn as a class of one property, so the other cells of its rows are empty.
    """
    with ProcessPoolExecutor(DRAWING_PROCESSES) as processes:
        files = list(processes.map(partial(draw_collection, folder, sections), ROCK_PROPERTIES))
    tables = []
    for file in files:
        table, name = pd.read_csv(file, dtype=str), file.parent.name
        # Every property has a class "others", whose sections are others.
        tables.append(table.assign(file=f"{name}/" + table["file"], section=f"{name} " + table["section"]))
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


def joint_run(work: Path, samples: SampleTable, epochs: int) -> TrainingRun:
    """Train, or go on with the training."""
    config = TrainingConfig(
        model="rocks2net_joint",
        localization="evidence",
        size=128,
        batch_size=16,
        epochs=epochs,
        seed=SEED,
        start_from="imagenet",
        # All weights alike: these sections are many, and unlike what the backbone knows.
        fine_tuning="plain",
        learning_rate=6e-4,
        validation=0.08,
        test=0.1,
        patience=0,
        output=work,
        resume=True,
    )
    return train(config, samples, report)


def honest_card(card: ModelCard, test: dict[str, Any], sections: int, epochs: int) -> ModelCard:
    """Say in the card what the model was trained on and what that is worth."""
    figures = "; ".join(
        f"{name} {one['accuracy']:.2f} of {one['samples']} photos (chance {1 / len(one['classes']):.2f})"
        for name, one in test["properties"].items()
    )
    return replace(
        card,
        data=(
            "Trained on synthetic thin sections drawn by napari_rocks2net.synthetic, in PPL and XPL: "
            f"{36 * sections} sections of 36 classes, for {epochs} epochs from ImageNet weights. They "
            f"differ in staining, white balance and, by up to {Variation().field:.2f} times, in scale: "
            "the fields of grain are about 2.0 mm wide, of clastic 5.1, mechanical genesis 4.1, mixture "
            f"1.5 and basic category 3.1. Accuracy on held-out synthetic sections: {figures}. It has "
            "seen no real rock: on real photos it is a demonstration only."
        ),
        licence="BSD-3-Clause",
        pixel_size_um={name: learned_pixel_size(name, card.preprocessing.size) for name in FIELD_UM},
    )


def learned_pixel_size(rock_property: str, size: int) -> LearnedPixelSize:
    """Return the scale of the fields that one property was drawn with, seen by a network of `size` pixels."""
    median, factor = FIELD_UM[rock_property] / size, Variation().field
    return LearnedPixelSize(median, median / factor, median * factor)


def export(run: TrainingRun, sections: int, out: Path) -> Path:
    """Store the trained model in half precision."""
    network, card = load_model(run.model_path)
    card = honest_card(card, run.metrics["test"], sections, run.config["epochs"])
    path = save_model(out, network, card, half=True)
    megabytes = path.stat().st_size / 1e6
    if megabytes > MEGABYTES_MAX:
        raise SystemExit(f"{path} has {megabytes:.1f} MB; a built-in model may have {MEGABYTES_MAX:.0f} MB.")
    print(f"{path}: {megabytes:.1f} MB\n{card.data}")
    return path


def main() -> None:
    """Draw, train and store."""
    options = arguments()
    table = draw_joint_collection(options.work / "collection", options.sections)
    samples = load_samples(table, tuple(ROCK_PROPERTIES), "section")
    run = joint_run(options.work / "run", samples, options.epochs)
    export(run, options.sections, options.out)


if __name__ == "__main__":
    main()
