"""Images of a run: a list with their labels and predictions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.plugin.look.controls import column, sentence
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.samples import Region
from napari_rocks2net.samples.columns import FILE

if TYPE_CHECKING:
    import pandas as pd


COLUMNS = ("image", "section", "is", "model says", "sure")


class ImageList(QWidget):
    """Rows of a run's predictions; a double click or Return opens the images.

    Signals
    -------
    opened : (list of ImageKey)
        Images that the person wants to see.
    """

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.title = sentence()
        self.table = plain_table("Double click an image, or press Return, to see it in the viewer.")
        self.table.cellActivated.connect(lambda *_: self.opened.emit(self.selected()))
        self.table.cellDoubleClicked.connect(lambda *_: self.opened.emit(self.selected()))
        self._keys: list[ImageKey] = []
        column(self, self.title, self.table)

    @property
    def images(self) -> list[ImageKey]:
        """The images of all rows, each once, in their order."""
        return list(dict.fromkeys(self._keys))

    def show_rows(self, rows: pd.DataFrame, title: str) -> None:
        """Show rows of `napari_rocks2net.training.network.scoring.prediction_rows`."""
        self.title.setText(title)
        self._keys = list(map(ImageKey.of, rows[FILE]))
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

    def selected(self) -> list[ImageKey]:
        """Return the images of the selected rows, each once."""
        lines = sorted({index.row() for index in self.table.selectedIndexes()})
        return list(dict.fromkeys(self._keys[line] for line in lines))


def _name(file: str, region: Region | None) -> str:
    if region is None:
        return Path(file).name
    return f"{Path(file).name} [{', '.join(f'{edge:g}' for edge in region.box)}]"
