"""Images of a run: a list of what they are and what the model says, and their layers in the viewer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import napari.viewer
from napari.layers import Image
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from napari_rocks2net.plugin.layers.mark import OPENED_IMAGE, ImageMark, source_file
from napari_rocks2net.plugin.look.controls import column, sentence
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.plugin.work.jobs import JobRunner
from napari_rocks2net.samples import Region

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


COLUMNS = ("image", "section", "is", "model says", "sure")


class ImageList(QWidget):
    """Rows of a run's predictions; a double click or Return opens the images.

    Signals
    -------
    opened : (list of Path)
        Image files that the person wants to see.
    """

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.title = sentence()
        self.table = plain_table("Double click an image, or press Return, to see it in the viewer.")
        self.table.cellActivated.connect(lambda *_: self.opened.emit(self.selected_files()))
        self.table.cellDoubleClicked.connect(lambda *_: self.opened.emit(self.selected_files()))
        self._files: list[Path] = []
        column(self, self.title, self.table)

    @property
    def files(self) -> list[Path]:
        """The images of all rows, each once, in their order."""
        return list(dict.fromkeys(self._files))

    def show_rows(self, rows: pd.DataFrame, title: str) -> None:
        """Show rows of `napari_rocks2net.training.scoring.prediction_rows`."""
        self.title.setText(title)
        self._files = [Path(file) for file in rows["file"]]
        lines = [
            (
                _name(row.file, row.region),
                row.group,
                row.true_label,
                row.label,
                f"{100 * row.probability:.0f} %",
            )
            for row in rows.itertuples()
        ]
        fill_table(self.table, COLUMNS, lines)

    def selected_files(self) -> list[Path]:
        """Return the images of the selected rows, each once."""
        lines = sorted({index.row() for index in self.table.selectedIndexes()})
        return list(dict.fromkeys(self._files[line] for line in lines))


def _name(file: str, region: Region | None) -> str:
    if region is None:
        return Path(file).name
    return f"{Path(file).name} [{', '.join(f'{edge:g}' for edge in region.box)}]"


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
        unshown = len(files) - len(layers) - len(missing)
        if unshown:
            self._say(f"{len(files) - unshown} of {len(files)} images are shown; double click others.")
        if not missing:
            self._finish(files, {})
            return
        self._reader.start(
            lambda: read_images(missing),
            on_done=lambda pixels: self._finish(files, pixels),
            on_error=self._say,
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


def read_images(files: Sequence[Path]) -> dict[Path, np.ndarray | str]:
    """Read image files, (Y, X, 3) uint8 each, or say why one cannot be read."""
    from napari_rocks2net.imaging import ImageError, read_image

    pixels: dict[Path, np.ndarray | str] = {}
    for file in files:
        try:
            pixels[file] = read_image(file)
        except ImageError as error:
            pixels[file] = str(error)
    return pixels
