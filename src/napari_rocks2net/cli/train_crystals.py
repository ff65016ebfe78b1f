"""Train a model on named crystals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from napari_rocks2net.cli.console import note
from napari_rocks2net.cli.options import Accelerator, Epochs, LearningRate, TrainingBatchSize
from napari_rocks2net.cli.training_progress import TrainingProgress

Tables = Annotated[
    list[Path],
    typer.Argument(
        metavar="TABLE",
        help="Tables of `crystals` with the column class filled in: file, label, class.",
        show_default=False,
    ),
]


def train_crystals(
    context: typer.Context,
    tables: Tables,
    output: Annotated[Path, typer.Option("--out", help="The run folder.")] = Path("run"),
    model: Annotated[
        str, typer.Option(help="The network; `napari-rocks2net models` lists them.")
    ] = "microcrystalnet",
    margin: Annotated[
        float, typer.Option(help="Margin of the crops, as a share of the crystal on each side.")
    ] = 0.1,
    zero_background: Annotated[
        bool, typer.Option("--zero-background", help="Make all but the crystal itself black.")
    ] = False,
    size: Annotated[int, typer.Option(help="Side of the network's input: a multiple of 32 from 64.")] = 64,
    epochs: Epochs = None,
    batch_size: TrainingBatchSize = None,
    learning_rate: LearningRate = None,
    validation: Annotated[float, typer.Option(help="Share of crystals to choose the best epoch on.")] = 0.15,
    test: Annotated[float, typer.Option(help="Share of crystals to report on.")] = 0.2,
    seed: Annotated[int, typer.Option(help="For the split, the weights and the order.")] = 0,
    start_from: Annotated[
        Path | None, typer.Option(help="Start from the weights of a model file.", show_default=False)
    ] = None,
    accelerator: Accelerator = "auto",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the folder.")] = False,
) -> None:
    """Train a model of single crystals: SEM images are split, classes balanced, the best epoch is kept.

    The label image of NAME_crystals.csv is NAME_labels.tif beside it, unless a column labels names another.
    Crystals without a class are left out.
    """
    from napari_rocks2net.crystals import CropSettings, prepare_crystal_training
    from napari_rocks2net.crystals.classification.annotated_files import read_annotated
    from napari_rocks2net.training import train

    crop = CropSettings(margin, zero_background)
    annotated = read_annotated(tables)
    try:
        config, samples = prepare_crystal_training(
            annotated, output, model=model, crop=crop, **_fields_of_config(context.params)
        )
    except ValueError as error:
        # Ours are sentences that leave by themselves; those of an option are plain.
        if type(error) is ValueError:
            raise typer.BadParameter(str(error)) from error
        raise
    note(f"{config.data}: {', '.join(samples.only.classes)}")
    with TrainingProgress() as progress:
        train(config, samples, progress)


def _fields_of_config(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that are fields of TrainingConfig under the same names, where they are given."""
    others = {"tables", "output", "model", "margin", "zero_background"}
    return {name: value for name, value in options.items() if name not in others and value is not None}
