"""Images of a run as a list: what they are, what the model says, and how sure it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from napari_rocks2net.plugin.look.controls import column, sentence
from napari_rocks2net.plugin.look.tables import fill_table, plain_table

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.samples import Region

COLUMNS = ("image", "section", "is", "model says", "sure")


class ImageList(QWidget):
    """Rows of a run's predictions; a double click or Return opens the images.

    Signals
    -------
    opened : (list of Path)
        Image files that the person wants to see.
    """

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
