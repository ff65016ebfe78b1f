"""How networks are trained, as options: declared once, taken by every verb that trains."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, get_type_hints

import typer

from napari_rocks2net.cli.options import (
    BY_PRESET,
    Accelerator,
    Epochs,
    LearningRate,
    TrainingBatchSize,
    Verb,
    with_options,
)


class TrainingOptions:
    """The options; names and defaults are those of the fields of TrainingConfig."""

    model: Annotated[str, typer.Option(help="The network; `napari-rocks2net models` lists them.")] = (
        "rocks2net"
    )
    localization: Annotated[
        Literal["gap", "evidence"], typer.Option(help="How rocks2net and s2dnet find the critical area.")
    ] = "gap"
    translation: Annotated[
        Literal["bounded", "clip"], typer.Option(help="How the critical area is kept inside the image.")
    ] = "bounded"
    size: Annotated[int, typer.Option(help="Side of the network's input: a multiple of 32 from 64.")] = 256
    epochs: Epochs = None
    preset: Annotated[
        Literal["default", "paper"], typer.Option(help="Where values come from that are not given.")
    ] = "default"
    batch_size: TrainingBatchSize = None
    learning_rate: LearningRate = None
    validation: Annotated[float, typer.Option(help="Share of samples to choose the best epoch on.")] = 0.15
    test: Annotated[float, typer.Option(help="Share of samples to report on.")] = 0.2
    seed: Annotated[int, typer.Option(help="For the split, the weights and the order.")] = 0
    pretrained: Annotated[
        bool | None, typer.Option(help="Start from ImageNet weights (a download).", show_default=BY_PRESET)
    ] = None
    start_from: Annotated[
        Path | None, typer.Option(help="Start from the weights of a model file.", show_default=False)
    ] = None
    target: Annotated[
        Path | None,
        typer.Option(
            help="For dsan: a folder of unlabelled images of the microscope to adapt to.", show_default=False
        ),
    ] = None
    augmentation: Annotated[
        bool | None, typer.Option(help="Flips, quarter turns, mild colour changes.", show_default=BY_PRESET)
    ] = None
    class_weights: Annotated[
        bool | None, typer.Option(help="Weight classes by their rarity.", show_default=BY_PRESET)
    ] = None
    patience: Annotated[
        int | None,
        typer.Option(help="Stop after so many epochs without progress; 0 never.", show_default=BY_PRESET),
    ] = None
    resize: Annotated[
        Literal["stretch", "pad"], typer.Option(help="Squash images to the square, or pad them.")
    ] = "stretch"
    interpolation: Annotated[
        Literal["bilinear", "nearest"] | None,
        typer.Option(help="How images are resized.", show_default=BY_PRESET),
    ] = None
    normalisation: Annotated[
        Literal["imagenet", "samplewise_center", "unit"] | None,
        typer.Option(help="How values are centred.", show_default=BY_PRESET),
    ] = None
    accelerator: Accelerator = "auto"
    precision: Annotated[str, typer.Option(help="auto, or a precision of Lightning such as bf16-mixed.")] = (
        "auto"
    )
    devices: Annotated[str, typer.Option(help="Devices on each node: a number or auto.")] = "1"
    num_nodes: Annotated[int, typer.Option(help="Nodes of the cluster.")] = 1
    strategy: Annotated[str, typer.Option(help="A strategy of Lightning such as ddp.")] = "auto"
    num_workers: Annotated[
        int | None, typer.Option(help="Processes that read images.", show_default="by the device")
    ] = None
    resume: Annotated[bool, typer.Option(help="Go on with the run in the folder.")] = False


def takes_settings(*names: str) -> Callable[[Verb], Verb]:
    """Let a verb take options of `TrainingOptions` in place of its ``**settings``.

    Parameters
    ----------
    *names : str
        Which, in the order of the help; by default all.

    Returns
    -------
    callable
        See `with_options`.
    """
    annotations = get_type_hints(TrainingOptions, include_extras=True)
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(TrainingOptions, name),
            annotation=annotations[name],
        )
        for name in names or annotations
    ]
    return with_options(options)
