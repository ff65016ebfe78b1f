"""Command `train`: train a model on labelled samples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from napari_rocks2net.cli.console import print_line, print_note, show_table
from napari_rocks2net.cli.evaluate import accuracy_line
from napari_rocks2net.cli.images import note_passed_over
from napari_rocks2net.cli.options import (
    DATA,
    Encoding,
    Group,
    Properties,
    RunOutput,
    property_names,
    takes_settings,
    unset,
)
from napari_rocks2net.cli.samples import load_trainable
from napari_rocks2net.cli.training_progress import TrainingConsole
from napari_rocks2net.evaluation.figure_keys import ACCURACY, FOLDS, MEAN, STANDARD_DEVIATION
from napari_rocks2net.training.config import TrainingConfig

if TYPE_CHECKING:
    from napari_rocks2net.samples import SampleTable
    from napari_rocks2net.training import CrossValidation

Folds = Annotated[
    int | None, unset(help="Cross-validate: train so many models, each tested on other sections.")
]
Repeat = Annotated[
    Path | None,
    unset(
        metavar="RUN",
        help="Train a finished run again, on the same images and split; takes no DATA, only --out.",
    ),
]


@takes_settings(TrainingConfig)
def train(
    context: typer.Context,
    data: Annotated[Path | None, DATA] = None,
    property: Properties = None,
    group: Group = None,
    encoding: Encoding = None,
    output: RunOutput = Path("run"),
    *,
    folds: Folds = None,
    repeat: Repeat = None,
    **settings: Any,
) -> None:
    """Train a model: thin sections are split, the best epoch is kept and tested once."""
    if repeat is not None:
        _repeat(context, repeat, output)
        return
    if data is None:
        raise typer.BadParameter("Give DATA, the labelled images, or --repeat RUN.")
    config = _config(output, settings)
    samples = load_trainable(data, property_names(property), group, encoding)
    print_note(samples.describe())
    note_passed_over([data])
    _train(config, samples, folds)


def _train(config: TrainingConfig, samples: SampleTable, folds: int | None) -> None:
    from napari_rocks2net.training import cross_validate, duration_sentence
    from napari_rocks2net.training import train as train_model

    if sentence := duration_sentence(config, samples, folds or 1):
        print_note(sentence)
    with TrainingConsole() as follow:
        if folds is None:
            train_model(config, samples, follow)
        else:
            _show(cross_validate(config, samples, folds, follow))


def _repeat(context: typer.Context, run: Path, output: Path) -> None:
    from napari_rocks2net.training import repeat_run

    for name in context.params:
        source = context.get_parameter_source(name)
        if name not in {"repeat", "output"} and source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"--repeat takes every setting from the run, so {name} cannot be given.")
    with TrainingConsole() as progress:
        repeat_run(run, output, progress)


def _show(whole: CrossValidation) -> None:
    """Print the accuracy of each fold, and of all."""
    rows = [[str(fold), f"{one[ACCURACY]:.3f}"] for fold, one in enumerate(whole.metrics[FOLDS], start=1)]
    show_table(["fold", "accuracy"], rows)
    figures = whole.metrics
    mean, deviation = figures[MEAN][ACCURACY], figures[STANDARD_DEVIATION][ACCURACY]
    print_line(f"Mean of the folds {mean:.3f}, standard deviation {deviation:.3f}")
    print_line(f"{accuracy_line('Accuracy over all samples', figures)}. Wrote {whole.folder}.")


def _config(output: Path, settings: Mapping[str, Any]) -> TrainingConfig:
    """Return the configuration, or refuse an option as the command line does."""
    try:
        return TrainingConfig(output=output, **settings)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
