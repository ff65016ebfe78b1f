"""Command `export`: a model for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from napari_rocks2net.cli.console import print_line
from napari_rocks2net.cli.images import find_images
from napari_rocks2net.cli.options import Model, Overwrite, require_free, require_suffix, unset
from napari_rocks2net.wording import count_of

Photos = Annotated[
    list[Path] | None,
    unset(metavar="IMAGE", help="Photos, or a folder of them, that both must agree on; can be repeated."),
]


def export(
    model: Model,
    onnx: Annotated[Path, unset(help="The file to write; ends in .onnx.")],
    photos: Photos = None,
    overwrite: Overwrite = False,
) -> None:
    """Write a model as ONNX, for programs in other languages.

    The file takes any number of resized photos (RGB, 0 to 255) and gives the probabilities of all classes,
    those of both streams, and the critical area; classes and card are in its metadata. It is written only
    when ONNX Runtime gives the answers of PyTorch within 1e-4.
    """
    from napari_rocks2net.export import export_onnx

    require_suffix(onnx, ".onnx", "an ONNX file")
    require_free([onnx], overwrite, [Path(model)])
    written = export_onnx(model, onnx, find_images(photos) if photos else [])
    compared = f" and {count_of(written.photos, 'photo')}" if written.photos else ""
    print_line(
        f"Wrote {onnx}: {', '.join(written.outputs)}; on noise{compared} within {written.difference:.1g} of "
        "PyTorch."
    )
