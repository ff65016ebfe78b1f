"""Classify page: the table of classes; classify crystals with a model, or name them and train one."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QSpinBox, QTableWidget, QTableWidgetItem, QWidget

from napari_rocks2net.crystals.classification.classes import MOST_CLASSES, ClassCount
from napari_rocks2net.plugin.crystals.picking import KEYS_IN_WORDS
from napari_rocks2net.plugin.look.controls import choice, form_button, row, sentence, shorten
from napari_rocks2net.plugin.look.forms import Page, form, group
from napari_rocks2net.plugin.look.job_bar import slim_bar
from napari_rocks2net.plugin.work.training_job import ALIVE

HEADINGS = {
    "Key": "Click a crystal, then press this key.",
    "Class": "Double-click to rename.",
    "Named": "Crystals of this layer to which you have given the class: what a model learns from.",
    "All": "Crystals of the class, named by you or, where you have not, by the model.",
    "%": "Share of the crystals that have a class, by number.",
    "% area": "Share of the area of the crystals that have a class.",
}
KEY, NAME, NAMED, ALL, SHARE, AREA = range(len(HEADINGS))
WIDTHS = {KEY: 40, NAMED: 56, ALL: 48, SHARE: 48, AREA: 58}
ROW_HEIGHT = 24
FEWEST_ROWS = 4
# A dark letter on a light ground and the other way round.
MIDDLE_LIGHTNESS = 140


class ClassTable(QTableWidget):
    """Shows the classes and asks for another name of one."""

    renamed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(0, len(HEADINGS))
        self.setHorizontalHeaderLabels(list(HEADINGS))
        for column, tip in enumerate(HEADINGS.values()):
            self.horizontalHeaderItem(column).setToolTip(tip)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(30)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, width)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._names: list[str] = []
        self.itemChanged.connect(self._edited)
        self._fit_height()

    @property
    def chosen(self) -> str | None:
        """The class of the selected line."""
        row = self.currentRow()
        return self._names[row] if 0 <= row < len(self._names) else None

    def show_lines(self, lines: Sequence[ClassCount], editable: int) -> None:
        """Show lines, of which the first can be renamed."""
        self._names = [line.name for line in lines]
        with QSignalBlocker(self):
            self.setRowCount(len(lines))
            for row, line in enumerate(lines):
                for column, text in enumerate(_cells(line, row if row < editable else MOST_CLASSES)):
                    self.setItem(row, column, self._cell(text, column, row < editable))
                self._paint_key(row, line.colour)
        self._fit_height()

    def _cell(self, text: str, column: int, editable: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        if column != NAME or not editable:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        across = Qt.AlignmentFlag.AlignLeft if column == NAME else Qt.AlignmentFlag.AlignRight
        across = Qt.AlignmentFlag.AlignHCenter if column == KEY else across
        item.setTextAlignment(across | Qt.AlignmentFlag.AlignVCenter)
        return item

    def _paint_key(self, row: int, colour: str) -> None:
        ground = QColor(colour)
        item = self.item(row, KEY)
        item.setBackground(ground)
        item.setForeground(QColor("black" if ground.lightness() > MIDDLE_LIGHTNESS else "white"))

    def _edited(self, item: QTableWidgetItem) -> None:
        old, new = self._names[item.row()], item.text().strip()
        if item.column() != NAME or new == old:
            return
        # The table shows what is so, which follows if the new name can be used.
        with QSignalBlocker(self):
            item.setText(old)
        if new:
            self.renamed.emit(old, new)

    def _fit_height(self) -> None:
        rows = max(self.rowCount(), FEWEST_ROWS)
        self.setFixedHeight(rows * ROW_HEIGHT + self.horizontalHeader().sizeHint().height() + 4)


def _cells(count: ClassCount, row: int) -> tuple[str, ...]:
    """Return the cells of a class."""
    shares = (f"{count.count_percent:.1f}", f"{count.area_percent:.1f}") if count.count else ("", "")
    key = str(row + 1) if row < MOST_CLASSES else ""
    return (key, count.name, str(count.named or ""), str(count.count or ""), *shares)


NO_MODEL = "none yet: name crystals and train"
BY_CLASS, BY_CRYSTAL = "class", "crystal"
EPOCHS = 40
EPOCHS_TIP = "The most rounds through the named crystals; it stops early."


class ClassifyPage(Page):
    """The controls of the third step."""

    def __init__(self) -> None:
        super().__init__()
        self.models = choice()
        shorten(self.models)
        self.models.setPlaceholderText(NO_MODEL)
        self.add_model = form_button("Add...", "Choose a .safetensors file of a crystal model.")
        self.classify = form_button("Classify", "Name the class of every crystal of the layer.")
        model = group("Model", row(self.models, self.add_model, wide=self.models), self.classify)
        self.fill(model, self._naming(), self._training())
        self.show_training("")

    @property
    def chosen_model(self) -> str | None:
        """Name or path of the chosen model."""
        return self.models.currentData()

    @property
    def by_class(self) -> bool:
        """Whether crystals are to be coloured by their class."""
        return self.colour.currentText() == BY_CLASS

    def show_models(self, choices: list[tuple[str, str]], chosen: str | None = None) -> None:
        """Offer models; what was chosen stays unless another one is to be."""
        current = chosen or self.chosen_model
        self.models.clear()
        for text, value in choices:
            self.models.addItem(text, value)
        self.models.setCurrentIndex(max(self.models.findData(current), 0) if choices else -1)
        self.classify.setEnabled(bool(choices))

    def show_training(self, state: str) -> None:
        """Offer what can be done in a state of the training process; "" is before the first one."""
        alive = state in ALIVE
        self.train.setEnabled(not alive)
        self.stop.setVisible(alive)
        self.stop.setEnabled(state != "stopping")
        self.bar.setVisible(alive)
        self.use.setVisible(state == "finished")

    def show_progress(self, done: int, total: int, text: str) -> None:
        """Show how far the training is."""
        self.bar.setMaximum(total)
        self.bar.setValue(done)
        self.outcome.setText(text)

    def _naming(self) -> QWidget:
        self.table = ClassTable()
        self.colour = choice(BY_CLASS, BY_CRYSTAL)
        self.picking = form_button(
            "Name crystals", f"Click a crystal in the image, then press a key: {KEYS_IN_WORDS}."
        )
        self.picking.setCheckable(True)
        self.undo = form_button("↶", "Undo the last naming (Ctrl+Z in the image).")
        self.redo = form_button("↷", "Do it again (Ctrl+Shift+Z in the image).")
        self.add_class = form_button("+", "Add a class.")
        self.remove_class = form_button("−", "Remove the selected class; crystals that have it keep it.")
        small = (self.undo, self.redo, self.add_class, self.remove_class)
        for each in small:
            each.setFixedWidth(30)
        keys = sentence(KEYS_IN_WORDS)
        keys.setVisible(False)
        self.picking.toggled.connect(keys.setVisible)
        coloured = form({"Colour by": (self.colour, "What the colours of the layer say.")})
        return group("Classes", self.table, row(self.picking, *small, wide=self.picking), keys, coloured)

    def _training(self) -> QWidget:
        self.epochs = QSpinBox(minimum=1, maximum=1000, value=EPOCHS)
        self.train = form_button("Train on named crystals", "Train a model in a process of its own.")
        self.stop = form_button("Stop, keep best", "End the training and keep its best epoch.")
        self.use = form_button("Use it", "Classify the crystals with the new model.")
        self.bar = slim_bar("Epochs done.")
        self.basis, self.outcome = sentence(), sentence()
        epochs, buttons = form({"Epochs": (self.epochs, EPOCHS_TIP)}), row(self.train, self.stop, self.use)
        return group("Train a model of your own", self.basis, epochs, buttons, self.bar, self.outcome)
