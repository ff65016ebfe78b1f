"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="A model file, or the name of a built-in model.", show_default=False
    ),
]
DATA = typer.Argument(
    metavar="DATA",
    help="A folder with one folder per class, or a CSV with a file column and one column per property.",
    show_default=False,
)
Data = Annotated[Path, DATA]
Property = Annotated[
    str | None, typer.Option(help="The column of DATA that holds the labels.", show_default=False)
]
Properties = Annotated[
    str | None,
    typer.Option(
        help="The column of DATA that holds the labels; for rocks2net_joint several, separated by commas, or "
        "'all': those of the five rock properties that DATA has.",
        show_default=False,
    ),
]
Group = Annotated[
    str | None,
    typer.Option(
        help="The column of DATA that names the thin section; for a folder a regular expression such as "
        r"'sample_(\d+)_'.",
        show_default=False,
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")]

# How networks are trained; others are in training_options.
BY_PRESET = "the preset decides"
Epochs = Annotated[int | None, typer.Option(help="The most epochs.", show_default=BY_PRESET)]
TrainingBatchSize = Annotated[int | None, typer.Option(help="Images in one step.", show_default=BY_PRESET)]
LearningRate = Annotated[float | None, typer.Option(help="The highest rate.", show_default=BY_PRESET)]
Accelerator = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
BatchSize = Annotated[int, typer.Option(min=1, help="Images in one pass through the network.")]


def property_names(text: str | None) -> str | tuple[str, ...] | None:
    """Return the property that --property names, or the properties."""
    names = tuple(name.strip() for name in (text or "").split(","))
    return names if len(names) > 1 else text
