"""Classify page: classify crystals with a model, or name them and train one."""

from __future__ import annotations

from qtpy.QtWidgets import QComboBox, QProgressBar, QScrollArea, QSpinBox, QWidget

from napari_rocks2net.plugin.crystals.class_table import ClassTable
from napari_rocks2net.plugin.crystals.form import (
    choice,
    fill_page,
    group,
    one_row,
    paragraph,
    push_button,
    row,
    shorten,
    toggle_button,
)
from napari_rocks2net.plugin.crystals.picking import KEYS_IN_WORDS
from napari_rocks2net.plugin.work.training_job import ALIVE

NO_MODEL = "none yet: name crystals and train"
BY_CLASS, BY_CRYSTAL = "class", "crystal"
EPOCHS = 40
BAR_HEIGHT = 18


class ClassifyPage(QScrollArea):
    """The controls of the third step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.models = QComboBox()
        shorten(self.models, NO_MODEL)
        self.add_model = push_button("Add ...", "Choose a .safetensors file of a crystal model.")
        self.classify = push_button("Classify", "Name the class of every crystal of the layer.")
        model = group("Model", row(self.models, self.add_model, wide=self.models), self.classify)
        fill_page(self, model, self._naming(), self._training())
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
        self.picking = toggle_button(
            "Name crystals", f"Click a crystal in the image, then press a key: {KEYS_IN_WORDS}."
        )
        self.undo = push_button("↶", "Undo the last naming (Ctrl+Z in the image).")
        self.redo = push_button("↷", "Do it again (Ctrl+Shift+Z in the image).")
        self.add_class = push_button("+", "Add a class.")
        self.remove_class = push_button("−", "Remove the selected class; crystals that have it keep it.")
        small = (self.undo, self.redo, self.add_class, self.remove_class)
        for button in small:
            button.setFixedWidth(30)
        keys = paragraph(KEYS_IN_WORDS)
        keys.setVisible(False)
        self.picking.toggled.connect(keys.setVisible)
        coloured = one_row("Colour by", self.colour, "What the colours of the layer say.")
        return group("Classes", self.table, row(self.picking, *small, wide=self.picking), keys, coloured)

    def _training(self) -> QWidget:
        self.epochs = QSpinBox()
        self.epochs.setRange(1, 1000)
        self.epochs.setValue(EPOCHS)
        tip = "The most rounds through the named crystals; it stops early."
        self.train = push_button("Train on named crystals", "Train a model in a process of its own.")
        self.stop = push_button("Stop, keep best", "End the training and keep its best epoch.")
        self.use = push_button("Use it", "Classify the crystals with the new model.")
        self.bar = QProgressBar()
        self.bar.setMaximumHeight(BAR_HEIGHT)
        self.bar.setToolTip("Epochs done.")
        self.basis, self.outcome = paragraph(), paragraph()
        buttons = row(self.train, self.stop, self.use)
        return group(
            "Train a model of your own",
            self.basis,
            one_row("Epochs", self.epochs, tip),
            buttons,
            self.bar,
            self.outcome,
        )
