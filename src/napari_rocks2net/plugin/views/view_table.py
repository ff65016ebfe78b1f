"""Table of the layers that may be views of one field: light and angle of each, and how it was laid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QLineEdit, QTableWidget, QTableWidgetItem

from napari_rocks2net.plugin.look.name_column import NameDelegate
from napari_rocks2net.views import LIGHTS, View, parse_angle
from napari_rocks2net.views.registration import LEAST_QUALITY

if TYPE_CHECKING:
    from napari.layers import Image

NO_LIGHT = "?"
FIT_TIP = (
    "How far the layer was moved, and how many times as well it agrees with the first there as at any other "
    f"shift: about 1 by chance; below {LEAST_QUALITY} it is left where it was."
)
COLUMNS = ("Layer", "Light", "Angle °", "Laid on first")
NAME, LIGHT, ANGLE, RESULT = range(4)
ROW_HEIGHT = 30
WIDTHS = {NAME: 100, LIGHT: 126, ANGLE: 50}


class ViewTable(QTableWidget):
    """One row a layer."""

    def __init__(self) -> None:
        super().__init__(0, len(COLUMNS))
        self.layers: list[Image] = []
        self.setHorizontalHeaderLabels(COLUMNS)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegateForColumn(NAME, NameDelegate(self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        for place, width in WIDTHS.items():
            self.setColumnWidth(place, width)
        self.horizontalHeader().setStretchLastSection(True)

    def show_layers(self, views: Mapping[Image, View]) -> None:
        """Show layers with the lights and angles that are known or guessed.

        Parameters
        ----------
        views : mapping of napari.layers.Image to View
            The first is what the others are laid on.
        """
        self.layers = list(views)
        # Rows that stay would keep the fields of the layers before.
        self.setRowCount(0)
        self.setRowCount(len(views))
        for row, (layer, view) in enumerate(views.items()):
            self._show_row(row, layer, view)

    def views(self) -> dict[Image, View]:
        """Return the views that the rows say.

        Raises
        ------
        ViewError
            When an angle is none.
        """
        return {layer: self._view(row, layer.name) for row, layer in enumerate(self.layers)}

    def show_message(self, row: int, text: str) -> None:
        """Write how the layer of a row was laid on the first."""
        item = QTableWidgetItem(text)
        item.setToolTip(FIT_TIP)
        self.setItem(row, RESULT, item)

    def set_view(self, row: int, light: str, angle: str = "") -> None:
        """Choose the light and type the angle of a row."""
        box, line = self.cellWidget(row, LIGHT), self.cellWidget(row, ANGLE)
        assert isinstance(box, QComboBox)
        assert isinstance(line, QLineEdit)
        box.setCurrentText(light or NO_LIGHT)
        line.setText(angle)

    def _show_row(self, row: int, layer: Image, view: View) -> None:
        name, box, line = QTableWidgetItem(layer.name), QComboBox(), QLineEdit()
        name.setToolTip(layer.name)
        box.addItems([NO_LIGHT, *LIGHTS])
        self.setItem(row, NAME, name)
        self.setCellWidget(row, LIGHT, box)
        self.setCellWidget(row, ANGLE, line)
        self.set_view(row, view.light, "" if view.angle is None else f"{view.angle:g}")
        self.show_message(row, "")

    def _view(self, row: int, name: str) -> View:
        box, line = self.cellWidget(row, LIGHT), self.cellWidget(row, ANGLE)
        assert isinstance(box, QComboBox)
        assert isinstance(line, QLineEdit)
        light = box.currentText()
        angle = parse_angle(line.text(), decimal_comma=True)
        return View(name, "" if light == NO_LIGHT else light, angle)
