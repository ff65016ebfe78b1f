"""Command `train-crystals`: train a model on annotated crystals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from napari_rocks2net.cli.console import print_note
from napari_rocks2net.cli.options import RunOutput, required, takes_settings
from napari_rocks2net.cli.training_progress import TrainingConsole
from napari_rocks2net.crystals.classification.crop_settings import CropSettings
from napari_rocks2net.models.catalog import DEFAULT_CRYSTAL_MODEL, model_spec
from napari_rocks2net.training.config import TrainingConfig

Tables = Annotated[
    list[Path],
    required(
        metavar="TABLE",
        help="Tables of `crystals` with the column class filled in: file, label, class.",
        readable=False,
    ),
]


RECIPE_SIZE = model_spec(DEFAULT_CRYSTAL_MODEL).settings["size"]
SETTINGS = (
    *("model", "margin", "zero_background", "size", "epochs", "batch_size", "learning_rate", "validation"),
    *("test", "seed", "start_from", "accelerator", "resume"),
)


@takes_settings(TrainingConfig, CropSettings, only=SETTINGS, model=DEFAULT_CRYSTAL_MODEL, size=RECIPE_SIZE)
def train_crystals(
    tables: Tables,
    output: RunOutput = Path("run"),
    **settings: Any,
) -> None:
    """Train a model of single crystals: SEM images are split, classes balanced, the best epoch is kept.

    The label image of NAME_crystals.csv is NAME_labels.tif beside it, unless a column labels names another.
    Crystals without a class are left out, and so is what cannot be read: it is listed on standard error.
    """
    from napari_rocks2net.crystals import prepare_crystal_training
    from napari_rocks2net.crystals.classification.annotated_tables import read_annotated
    from napari_rocks2net.training import train

    stated = {name: value for name, value in settings.items() if value is not None}
    crop = CropSettings(stated.pop("margin"), stated.pop("zero_background"))
    annotated = read_annotated(tables, lambda error: print_note(f"Left out: {error}"))
    try:
        config, samples = prepare_crystal_training(annotated, output, crop=crop, **stated)
    except ValueError as error:
        # Ours are sentences that leave by themselves; those of an option are plain.
        if type(error) is ValueError:
            raise typer.BadParameter(str(error)) from error
        raise
    print_note(f"{config.data}: {', '.join(samples.only.classes)}")
    with TrainingConsole() as progress:
        train(config, samples, progress)
