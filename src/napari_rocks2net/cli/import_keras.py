"""Command `import-keras`: turn the deposited Keras weights of MicroCrystalNet into a model file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from napari_rocks2net.cli.console import print_line
from napari_rocks2net.cli.options import (
    Overwrite,
    comma_separated,
    require_free,
    require_suffix,
    required,
    unset,
)

Classes = Annotated[
    str | None,
    typer.Option(
        help="Names of the outputs in their order, separated by commas.", show_default="class 0, class 1, ..."
    ),
]


def import_keras(
    file: Annotated[Path, required(metavar="FILE", help="The authors' .h5 file.")],
    out: Annotated[Path, unset(metavar="MODEL", help="The .safetensors file to write.")],
    classes: Classes = None,
    property: Annotated[str, typer.Option(help="What the model names.")] = "microcrystal",
    licence: Annotated[str, typer.Option(help="Terms of use, for the model's card.")] = "",
    overwrite: Overwrite = False,
) -> None:
    """Import the deposited weights of MicroCrystalNet, which Keras wrote.

    Needs the extra keras. The file does not say which crystals its outputs are.
    """
    from napari_rocks2net.crystals.classification import keras_file
    from napari_rocks2net.model_file import read_card

    require_suffix(out, ".safetensors", "a model file")
    require_free([out], overwrite, [file])
    path = keras_file.import_keras(file, out, comma_separated(classes) or None, property, licence)
    print_line(f"Wrote {path}: {', '.join(read_card(path).properties[0].classes)}.")
