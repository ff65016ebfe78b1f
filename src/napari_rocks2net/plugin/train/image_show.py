"""Image files in the viewer: those that are open are selected, the others read in a thread and opened."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.plugin.layers.mark import OPENED_IMAGE, ImageMark, source_file
from napari_rocks2net.plugin.work.jobs import JobRunner, Progress

if TYPE_CHECKING:
    import napari.viewer
    import numpy as np
    from napari.layers import Image

MOST_AT_ONCE = 12


class ImageShow:
    """Opens images as layers of ours, or selects the layers that show them already."""

    def __init__(self, viewer: napari.viewer.Viewer, say: Callable[[str], None]) -> None:
        self._viewer = viewer
        self._reader = JobRunner()
        self._say = say

    def show(self, files: Sequence[Path]) -> None:
        """Select the images in the viewer; what is not open yet is read and opened, twelve at most."""
        layers = self._open_layers(files)
        missing = [file for file in files if file not in layers][:MOST_AT_ONCE]
        left_out = len(files) - len(layers) - len(missing)
        if left_out:
            self._say(f"{len(files) - left_out} of {len(files)} images are shown; double click others.")
        if not missing:
            self._finish(files, {})
            return
        self._reader.start(
            lambda: reading_work(missing),
            on_done=lambda pixels: self._finish(files, pixels),
            on_error=lambda error: self._say(str(error)),
        )

    def cancel(self) -> None:
        """Open nothing that is still being read."""
        self._reader.cancel()

    def _finish(self, files: Sequence[Path], pixels: dict[Path, np.ndarray | str]) -> None:
        for file, read in pixels.items():
            if isinstance(read, str):
                self._say(read)
                continue
            mark = ImageMark(kind=OPENED_IMAGE, file=str(file))
            self._viewer.add_image(read, name=file.stem, rgb=True, metadata=mark.metadata())
        layers = self._open_layers(files)
        self._select([layers[file] for file in files if file in layers])

    def _open_layers(self, files: Sequence[Path]) -> dict[Path, Image]:
        """Return the image layers that show these files already."""
        from napari.layers import Image

        names = {file: file for file in files} | {file.resolve(): file for file in files}
        layers: dict[Path, Image] = {}
        for layer in self._viewer.layers:
            path = source_file(layer)
            if isinstance(layer, Image) and path in names:
                layers.setdefault(names[path], layer)
        return layers

    def _select(self, layers: Sequence[Image]) -> None:
        """Select layers and let them be seen; of the layers that were opened here the others are hidden."""
        for layer in self._viewer.layers:
            mark = ImageMark.of(layer.metadata)
            if mark is not None and mark.kind == OPENED_IMAGE:
                layer.visible = layer in layers
        for layer in layers:
            layer.visible = True
        self._viewer.layers.selection = set(layers)
        if layers:
            self._viewer.layers.selection.active = layers[-1]


def reading_work(files: Sequence[Path]) -> Generator[Progress, None, dict[Path, np.ndarray | str]]:
    """Read image files in the thread of a job: (Y, X, 3) uint8 each, or why it cannot be read."""
    from napari_rocks2net.imaging import ImageError, read_image

    pixels: dict[Path, np.ndarray | str] = {}
    for file in files:
        try:
            pixels[file] = read_image(file)
        except ImageError as error:
            pixels[file] = str(error)
        yield Progress(len(pixels), len(files))
    return pixels
