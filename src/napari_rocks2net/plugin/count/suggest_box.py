"""Suggest box: a map of the slide or a model of single grains says what lies under the points."""

from __future__ import annotations

from collections.abc import Callable, Generator

from qtpy.QtWidgets import QGroupBox, QSpinBox, QWidget

from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.look.controls import button, choice, row, sentence, shorten
from napari_rocks2net.plugin.look.forms import group
from napari_rocks2net.plugin.work.model_choice import ModelChoice, short_name
from napari_rocks2net.point_counting import PointCount
from napari_rocks2net.point_counting.suggestions import Suggestions, from_model, windows_around

MAP_OF_SLIDE = "the map of this slide"
HINT = "A model looks at a window around each point: it should know single grains of that size."
LARGEST_WINDOW = 10_000


class SuggestBox(QWidget):
    """Lets a person choose what suggests."""

    def __init__(self, suggest: Callable[[], None]) -> None:
        super().__init__()
        self.models = ModelChoice()
        self.source = choice(tip="A map that was made in Map slide, or a model.")
        shorten(self.source)
        self.window_side = QSpinBox(minimum=8, maximum=LARGEST_WINDOW, value=96, singleStep=16)
        self.window_side.setSuffix(" px")
        self.window_side.setToolTip("Side of the window that a model sees around each point.")
        start = button(
            "Suggest", "Let it name every point; it changes nothing that a person has named.", suggest
        )
        box: QGroupBox = group("Suggestions", row(self.source, self.window_side, start), sentence(HINT))
        layout = row(box, wide=box)
        self.setLayout(layout)
        self.refresh()

    @property
    def model(self) -> str | None:
        """The chosen model; None for the map."""
        return self.source.currentData()

    def job(
        self, plane: ImagePlane, count: PointCount
    ) -> Callable[[], Generator[Progress, None, Suggestions]]:
        """Return the work of the chosen model, which looks at a window of a photo around each point."""
        assert self.model is not None
        load, title = self.models.classifier_loader([self.model]), short_name(self.model)
        windows = windows_around(count.positions, self.window_side.value(), plane.size)
        return lambda: from_model(load, title, plane.read_part, windows)

    def refresh(self) -> None:
        """Offer models that were added elsewhere too."""
        chosen = self.source.currentText()
        self.source.clear()
        self.source.addItem(MAP_OF_SLIDE, None)
        for text, model in self.models.choices():
            self.source.addItem(text, model)
        self.source.setCurrentText(chosen or MAP_OF_SLIDE)
