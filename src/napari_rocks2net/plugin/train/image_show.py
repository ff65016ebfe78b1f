"""Show image files in the viewer without making the person wait for the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.train.image_opening import (
    MOST_AT_ONCE,
    add_image,
    open_layers,
    reading_work,
    select_layers,
)
from napari_rocks2net.plugin.work.jobs import JobRunner

if TYPE_CHECKING:
    import napari.viewer


class ImageShow:
    """Opens images as layers of ours, or selects the layers that show them already.

    Parameters
    ----------
    viewer : napari.Viewer
    say : callable
        Takes a sentence for the person.
    """

    def __init__(self, viewer: napari.viewer.Viewer, say: Callable[[str], None]) -> None:
        self._viewer = viewer
        self._reader = JobRunner()
        self._say = say

    def show(self, files: Sequence[Path]) -> None:
        """Select the images in the viewer; what is not open yet is read and opened, twelve at most."""
        layers = open_layers(self._viewer, files)
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

    def _finish(self, files: Sequence[Path], pixels: dict[Path, Any]) -> None:
        for file, read in pixels.items():
            if isinstance(read, str):
                self._say(read)
            else:
                add_image(self._viewer, file, read)
        layers = open_layers(self._viewer, files)
        select_layers(self._viewer, [layers[file] for file in files if file in layers])
