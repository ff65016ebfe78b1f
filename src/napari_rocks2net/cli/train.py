"""Train a model on labelled samples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from napari_rocks2net.cli.console import note, say, show_table
from napari_rocks2net.cli.options import (
    BY_PRESET,
    DATA,
    Accelerator,
    Epochs,
    Group,
    LearningRate,
    Preset,
    Pretrained,
    Properties,
    Size,
    Target,
    TrainingBatchSize,
    property_names,
    training_settings,
)
from napari_rocks2net.cli.training_progress import TrainingProgress

if TYPE_CHECKING:
    from napari_rocks2net.training import CrossValidation, TrainingConfig


def train(
    context: typer.Context,
    data: Annotated[Path | None, DATA] = None,
    property: Properties = None,
    group: Group = None,
    output: Annotated[Path, typer.Option("--out", help="The run folder.")] = Path("run"),
    model: Annotated[
        str, typer.Option(help="The network; `napari-rocks2net models` lists them.")
    ] = "rocks2net",
    localization: Annotated[
        Literal["gap", "evidence"], typer.Option(help="How rocks2net and s2dnet find the critical area.")
    ] = "gap",
    translation: Annotated[
        Literal["bounded", "clip"], typer.Option(help="How the critical area is kept inside the image.")
    ] = "bounded",
    size: Size = 256,
    epochs: Epochs = None,
    preset: Preset = "default",
    batch_size: TrainingBatchSize = None,
    learning_rate: LearningRate = None,
    validation: Annotated[float, typer.Option(help="Share of samples to choose the best epoch on.")] = 0.15,
    test: Annotated[float, typer.Option(help="Share of samples to report on.")] = 0.2,
    seed: Annotated[int, typer.Option(help="For the split, the weights and the order.")] = 0,
    pretrained: Pretrained = None,
    start_from: Annotated[
        Path | None, typer.Option(help="Start from the weights of a model file.", show_default=False)
    ] = None,
    target: Target = None,
    augmentation: Annotated[
        bool | None, typer.Option(help="Flips, quarter turns, mild colour changes.", show_default=BY_PRESET)
    ] = None,
    class_weights: Annotated[
        bool | None, typer.Option(help="Weight classes by their rarity.", show_default=BY_PRESET)
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(help="Stop after so many epochs without progress; 0 never.", show_default=BY_PRESET),
    ] = None,
    resize: Annotated[
        Literal["stretch", "pad"], typer.Option(help="Squash images to the square, or pad them.")
    ] = "stretch",
    interpolation: Annotated[
        Literal["bilinear", "nearest"] | None,
        typer.Option(help="How images are resized.", show_default=BY_PRESET),
    ] = None,
    normalisation: Annotated[
        Literal["imagenet", "samplewise_center", "unit"] | None,
        typer.Option(help="How values are centred.", show_default=BY_PRESET),
    ] = None,
    accelerator: Accelerator = "auto",
    precision: Annotated[
        str, typer.Option(help="auto, or a precision of Lightning such as bf16-mixed.")
    ] = "auto",
    devices: Annotated[str, typer.Option(help="Devices on each node: a number or auto.")] = "1",
    num_nodes: Annotated[int, typer.Option(help="Nodes of the cluster.")] = 1,
    strategy: Annotated[str, typer.Option(help="A strategy of Lightning such as ddp.")] = "auto",
    num_workers: Annotated[
        int | None, typer.Option(help="Processes that read images.", show_default="by the device")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on with the run in the folder.")] = False,
    folds: Annotated[
        int | None,
        typer.Option(
            help="Cross-validate: train so many models, each tested on other sections.", show_default=False
        ),
    ] = None,
    repeat: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="Train a finished run again, on the same images and split; takes no DATA, only --out.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Train a model: thin sections are split, the best epoch is kept and tested once."""
    if repeat is not None:
        _repeat(context, repeat, output)
        return
    if data is None:
        raise typer.BadParameter("Give DATA, the labelled images, or --repeat RUN.")
    from napari_rocks2net.training import cross_validate, load_samples
    from napari_rocks2net.training import train as train_model

    # The options are the fields of TrainingConfig under the same names, so they are handed on as they are.
    config = _config(context.params)
    samples = load_samples(data, property_names(property), group)
    note(f"{len(samples)} samples of {samples.property}: {', '.join(samples.classes)}")
    with TrainingProgress() as progress:
        if folds is None:
            train_model(config, samples, progress)
        else:
            _show(cross_validate(config, samples, folds, progress))


def _repeat(context: typer.Context, run: Path, output: Path) -> None:
    from napari_rocks2net.training import repeat_run

    for name in context.params:
        source = context.get_parameter_source(name)
        if name not in {"repeat", "output"} and source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"--repeat takes every setting from the run, so {name} cannot be given.")
    with TrainingProgress() as progress:
        repeat_run(run, output, progress)


def _show(whole: CrossValidation) -> None:
    """Print the accuracy of each fold, and of all."""
    rows = [[str(fold), f"{one['accuracy']:.3f}"] for fold, one in enumerate(whole.metrics["folds"], start=1)]
    show_table(["fold", "accuracy"], rows)
    figures = whole.metrics
    mean, deviation = figures["mean"]["accuracy"], figures["standard_deviation"]["accuracy"]
    say(f"Mean of the folds {mean:.3f}, standard deviation {deviation:.3f}")
    lower, upper = figures["accuracy_interval"]
    interval = f"95 % interval {lower:.3f} to {upper:.3f}, {figures['samples']} samples"
    say(f"Accuracy over all samples {figures['accuracy']:.3f} ({interval}). Wrote {whole.folder}.")


def _config(options: dict[str, Any]) -> TrainingConfig:
    """Return the configuration, or refuse an option as the command line does."""
    from napari_rocks2net.models import list_models
    from napari_rocks2net.training import TrainingConfig

    values = training_settings(options)
    values["devices"] = int(options["devices"]) if options["devices"].isdigit() else options["devices"]
    if options["model"] not in list_models():
        raise typer.BadParameter(
            f"There is no network {options['model']!r}; choose from {', '.join(list_models())}."
        )
    try:
        return TrainingConfig(**values)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
