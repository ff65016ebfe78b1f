"""Image layers of files: those that are open are selected, the others opened."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.layers.mark import OPENED_IMAGE, ImageMark, source_file
from napari_rocks2net.plugin.work.jobs import Progress

if TYPE_CHECKING:
    import napari.viewer
    import numpy as np
    from napari.layers import Image

MOST_AT_ONCE = 12


def open_layers(viewer: napari.viewer.Viewer, files: Sequence[Path]) -> dict[Path, Image]:
    """Return the image layers that show these files already."""
    from napari.layers import Image

    names = {file: file for file in files} | {file.resolve(): file for file in files}
    layers: dict[Path, Image] = {}
    for layer in viewer.layers:
        path = source_file(layer)
        if isinstance(layer, Image) and path in names:
            layers.setdefault(names[path], layer)
    return layers


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
    mark = ImageMark(kind=OPENED_IMAGE, file=str(file))
    return viewer.add_image(pixels, name=file.stem, rgb=True, metadata=mark.metadata())


def select_layers(viewer: napari.viewer.Viewer, layers: Sequence[Image]) -> None:
    """Select layers and let them be seen; of the layers that were opened here the others are hidden."""
    for layer in viewer.layers:
        mark = ImageMark.of(layer.metadata)
        if mark is not None and mark.kind == OPENED_IMAGE:
            layer.visible = layer in layers
    for layer in layers:
        layer.visible = True
    viewer.layers.selection = set(layers)
    if layers:
        viewer.layers.selection.active = layers[-1]
