"""Bring image files into the viewer: those open already are selected, the others opened."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.work.jobs import Progress

if TYPE_CHECKING:
    import napari.viewer
    import numpy as np
    from napari.layers import Image

MARK = "rocks2net"
SOURCE = "file"
KIND = "judged image"
MOST_AT_ONCE = 12


def open_layers(viewer: napari.viewer.Viewer, files: Sequence[Path]) -> dict[Path, Image]:
    """Return the image layers that show these files already."""
    from napari.layers import Image

    wanted = {file: file for file in files} | {file.resolve(): file for file in files}
    found: dict[Path, Image] = {}
    for layer in viewer.layers:
        path = layer_file(layer)
        if isinstance(layer, Image) and path in wanted:
            found.setdefault(wanted[path], layer)
    return found


def layer_file(layer: Any) -> Path | None:
    """Return the image file that a layer was opened from, by napari or by us."""
    ours = layer.metadata.get(MARK)
    ours = ours.get(SOURCE) if isinstance(ours, dict) else None
    path = ours or layer.source.path
    return Path(path) if path else None


def reading_work(files: Sequence[Path]) -> Generator[Progress, None, dict[Path, np.ndarray | str]]:
    """Read image files in the thread of a job: (Y, X, 3) uint8 each, or why it cannot be read."""
    from napari_rocks2net.imaging import ImageError, read_image

    pixels: dict[Path, Any] = {}
    for file in files:
        try:
            pixels[file] = read_image(file)
        except ImageError as error:
            pixels[file] = str(error)
        yield Progress(len(pixels), len(files), 0.0)
    return pixels


def add_image(viewer: napari.viewer.Viewer, file: Path, pixels: np.ndarray) -> Image:
    """Open a file's pixels as a layer of ours."""
    return viewer.add_image(
        pixels, name=file.stem, rgb=True, metadata={MARK: {"kind": KIND, SOURCE: str(file)}}
    )


def select_layers(viewer: napari.viewer.Viewer, layers: Sequence[Image]) -> None:
    """Select layers and let them be seen; of the layers that were opened here the others are hidden."""
    for layer in viewer.layers:
        ours = layer.metadata.get(MARK)
        if isinstance(ours, dict) and ours.get("kind") == KIND:
            layer.visible = layer in layers
    for layer in layers:
        layer.visible = True
    viewer.layers.selection = set(layers)
    if layers:
        viewer.layers.selection.active = layers[-1]
