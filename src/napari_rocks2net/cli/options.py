"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal

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

# How networks are trained; the names of the parameters are the fields of TrainingConfig.
BY_PRESET = "the preset decides"
Size = Annotated[int, typer.Option(help="Side of the network's input: a multiple of 32 from 64.")]
Epochs = Annotated[int | None, typer.Option(help="The most epochs.", show_default=BY_PRESET)]
Preset = Annotated[
    Literal["default", "paper"], typer.Option(help="Where values come from that are not given.")
]
TrainingBatchSize = Annotated[int | None, typer.Option(help="Images in one step.", show_default=BY_PRESET)]
LearningRate = Annotated[float | None, typer.Option(help="The highest rate.", show_default=BY_PRESET)]
Pretrained = Annotated[
    bool | None, typer.Option(help="Start from ImageNet weights (a download).", show_default=BY_PRESET)
]
Target = Annotated[
    Path | None,
    typer.Option(
        help="For dsan: a folder of unlabelled images of the microscope to adapt to.", show_default=False
    ),
]
Accelerator = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
BatchSize = Annotated[int, typer.Option(min=1, help="Images in one pass through the network.")]


def property_names(text: str | None) -> str | tuple[str, ...] | None:
    """Return the property that --property names, or the properties."""
    names = tuple(name.strip() for name in (text or "").split(","))
    return names if len(names) > 1 else text


def training_settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are fields of TrainingConfig, which have the same names."""
    from napari_rocks2net.training import TrainingConfig

    # DATA is where the samples are; the field of that name describes them in the model's card.
    names = {field.name for field in fields(TrainingConfig)} - {"data"}
    return {name: value for name, value in options.items() if name in names}
