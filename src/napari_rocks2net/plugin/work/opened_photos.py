"""Opened photos: layers of ours that show files, or the layers that show them already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from napari.layers import Image

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.image_files import read_pixels
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.plugin.layers.mark import OPENED_IMAGE, ImageMark, source_file
from napari_rocks2net.plugin.layers.seen_images import show_image
from napari_rocks2net.plugin.work.jobs import JobRunner

if TYPE_CHECKING:
    import napari.viewer
    import numpy as np

MOST_AT_ONCE = 12


class OpenedPhotos:
    """Opens photos as layers of ours; those that were opened here before are hidden.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where they are shown.
    show_message : callable
        Takes a sentence for the person.
    keep : bool
        Whether what was opened before stays, hidden; else it goes.

    Attributes
    ----------
    reader : JobRunner
        Reads them, in a thread.
    """

    def __init__(
        self, viewer: napari.viewer.Viewer, show_message: Callable[[str], None], *, keep: bool = True
    ) -> None:
        self._viewer, self._show_message, self._keep = viewer, show_message, keep
        self.reader = JobRunner()

    def show(self, keys: Sequence[ImageKey]) -> None:
        """Select photos in the viewer; what is not open yet is read and opened, twelve at most."""
        layers = self._layers_of(keys)
        missing = [key for key in keys if key not in layers][:MOST_AT_ONCE]
        if unshown := len(keys) - len(layers) - len(missing):
            self._show_message(f"{len(keys) - unshown} of {len(keys)} images are shown; double click others.")
        if missing:
            self.reader.start(
                partial(_read_photos, missing),
                on_done=lambda pixels: self._open(keys, pixels),
                on_error=self._show_message,
            )
        else:
            self._select(list(layers.values()))

    def cancel(self) -> None:
        """Open nothing that is still being read."""
        self.reader.cancel()

    def _open(self, keys: Sequence[ImageKey], pixels: dict[ImageKey, np.ndarray | str]) -> None:
        for key, picture in pixels.items():
            if isinstance(picture, str):
                self._show_message(picture)
            else:
                layer = Image(picture, name=key.name, rgb=True)
                ImageMark(kind=OPENED_IMAGE, file=str(key.file), plane=key.plane).write(layer)
                self._viewer.add_layer(layer)
        self._select(list(self._layers_of(keys).values()))
        if not self._keep:
            self._viewer.reset_view()

    def _layers_of(self, keys: Sequence[ImageKey]) -> dict[ImageKey, Image]:
        """Return the image layers that show photos already."""
        layers: dict[ImageKey, Image] = {}
        for layer in self._viewer.layers:
            if isinstance(layer, Image) and (path := source_file(layer)) is not None:
                mark = ImageMark.of(layer.metadata)
                key = ImageKey.of(path, mark.plane if mark is not None else ())
                if key in keys:
                    layers.setdefault(key, layer)
        return {key: layers[key] for key in keys if key in layers}

    def _select(self, chosen: Sequence[Image]) -> None:
        """Select layers and let them be seen."""
        for layer in list(self._viewer.layers):
            if layer in chosen:
                layer.visible = True
            elif ImageMark.of_own(layer, OPENED_IMAGE) is not None:
                layer.visible = False
                if not self._keep:
                    self._viewer.layers.remove(layer)
        self._viewer.layers.selection = set(chosen)
        if len(chosen) == 1:
            show_image(self._viewer, str(chosen[0].unique_id))
        if chosen:
            self._viewer.layers.selection.active = chosen[-1]


def _read_photos(keys: Sequence[ImageKey]) -> dict[ImageKey, np.ndarray | str]:
    """Read photos, (Y, X, 3) uint8 each, or say why one cannot be read."""
    pixels: dict[ImageKey, np.ndarray | str] = {}
    for key in keys:
        try:
            pixels[key] = read_pixels(key)
        except ImageError as error:
            pixels[key] = str(error)
    return pixels
