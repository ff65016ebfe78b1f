"""Classify page: classify crystals with a model, or name them and train one."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from napari_rocks2net.plugin.crystals.class_table import ClassTable
from napari_rocks2net.plugin.crystals.form import add_row, choice, form, push_button, toggle_button
from napari_rocks2net.plugin.crystals.picking import KEYS_IN_WORDS

NO_MODEL = "none yet: name crystals and train"
BY_CLASS, BY_CRYSTAL = "class", "crystal"
EPOCHS = 40
BAR_HEIGHT = 18


class ClassifyPage(QScrollArea):
    """The controls of the third step.

    Signals
    -------
    classify_wanted, model_wanted, name_wanted : ()
        Classify; add a model file; ask for a new class.
    remove_wanted, undo_wanted, redo_wanted : ()
    train_wanted, stop_wanted, use_wanted : ()
    picking_wanted : (bool)
    colour_wanted : (bool)
        By class, or by crystal.
    """

    classify_wanted = Signal()
    model_wanted = Signal()
    name_wanted = Signal()
    remove_wanted = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()
    train_wanted = Signal()
    stop_wanted = Signal()
    use_wanted = Signal()
    picking_wanted = Signal(bool)
    colour_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_model_part()
        self._make_naming_part()
        self._make_training_part()
        page = QWidget()
        lines = QVBoxLayout(page)
        lines.setContentsMargins(0, 4, 0, 0)
        for part in (self._model_box(), self._class_box(), self._training_box()):
            lines.addWidget(part)
        lines.addStretch(1)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.show_training("")

    @property
    def chosen_model(self) -> str | None:
        """Name or path of the chosen model."""
        return self.models.currentData()

    def show_models(self, choices: list[tuple[str, str]], chosen: str | None = None) -> None:
        """Offer models; what was chosen stays unless another one is to be."""
        wanted = chosen or self.chosen_model
        self.models.clear()
        for text, value in choices:
            self.models.addItem(text, value)
        self.models.setCurrentIndex(max(self.models.findData(wanted), 0) if choices else -1)
        self.classify.setEnabled(bool(choices))

    def show_training(self, state: str) -> None:
        """Offer what can be done in a state of the training process; "" is before the first one."""
        alive = state in {"starting", "running", "paused", "stopping"}
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

    def _make_model_part(self) -> None:
        self.models = QComboBox()
        self.models.setPlaceholderText(NO_MODEL)
        self.models.setMinimumContentsLength(12)
        self.models.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.add_model = push_button(
            "Add ...", "Choose a .safetensors file of a crystal model.", self.model_wanted.emit
        )
        self.classify = push_button(
            "Classify", "Name the class of every crystal of the layer.", self.classify_wanted.emit
        )

    def _make_naming_part(self) -> None:
        self.table = ClassTable()
        self.colour = choice(BY_CLASS, BY_CRYSTAL)
        self.colour.currentTextChanged.connect(lambda text: self.colour_wanted.emit(text == BY_CLASS))
        self.picking = toggle_button(
            "Name crystals", f"Click a crystal in the image, then press a key: {KEYS_IN_WORDS}."
        )
        self.picking.toggled.connect(self.picking_wanted)
        self.undo = push_button("↶", "Undo the last naming (Ctrl+Z in the image).", self.undo_wanted.emit)
        self.redo = push_button("↷", "Do it again (Ctrl+Shift+Z in the image).", self.redo_wanted.emit)
        self.add_class = push_button("+", "Add a class.", self.name_wanted.emit)
        self.remove_class = push_button(
            "−", "Remove the selected class; crystals that have it keep it.", self.remove_wanted.emit
        )
        for small in (self.undo, self.redo, self.add_class, self.remove_class):
            small.setFixedWidth(30)
        self.keys = QLabel(KEYS_IN_WORDS)
        self.keys.setWordWrap(True)
        self.keys.setVisible(False)
        self.picking.toggled.connect(self.keys.setVisible)

    def _make_training_part(self) -> None:
        self.epochs = QSpinBox()
        self.epochs.setRange(1, 1000)
        self.epochs.setValue(EPOCHS)
        self.train = push_button(
            "Train on named crystals", "Train a model in a process of its own.", self.train_wanted.emit
        )
        self.stop = push_button(
            "Stop, keep best", "End the training and keep its best epoch.", self.stop_wanted.emit
        )
        self.use = push_button("Use it", "Classify the crystals with the new model.", self.use_wanted.emit)
        self.bar = QProgressBar()
        self.bar.setMaximumHeight(BAR_HEIGHT)
        self.bar.setToolTip("Epochs done.")
        self.basis, self.outcome = QLabel(""), QLabel("")
        for label in (self.basis, self.outcome):
            label.setWordWrap(True)

    def _model_box(self) -> QGroupBox:
        box = QGroupBox("Model")
        lines = QVBoxLayout(box)
        chosen = QHBoxLayout()
        chosen.addWidget(self.models, 1)
        chosen.addWidget(self.add_model)
        lines.addLayout(chosen)
        lines.addWidget(self.classify)
        return box

    def _class_box(self) -> QGroupBox:
        box = QGroupBox("Classes")
        lines = QVBoxLayout(box)
        lines.addWidget(self.table)
        buttons = QHBoxLayout()
        buttons.addWidget(self.picking, 1)
        for button in (self.undo, self.redo, self.add_class, self.remove_class):
            buttons.addWidget(button)
        lines.addLayout(buttons)
        lines.addWidget(self.keys)
        coloured = form()
        add_row(coloured, "Colour by", self.colour, "What the colours of the layer say.")
        lines.addLayout(coloured)
        return box

    def _training_box(self) -> QGroupBox:
        box = QGroupBox("Train a model of your own")
        lines = QVBoxLayout(box)
        lines.addWidget(self.basis)
        settings = form()
        add_row(
            settings, "Epochs", self.epochs, "The most rounds through the named crystals; it stops early."
        )
        lines.addLayout(settings)
        buttons = QHBoxLayout()
        for button in (self.train, self.stop, self.use):
            buttons.addWidget(button)
        lines.addLayout(buttons)
        lines.addWidget(self.bar)
        lines.addWidget(self.outcome)
        return box
