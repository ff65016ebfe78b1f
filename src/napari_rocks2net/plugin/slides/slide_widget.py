"""Map widget: choose a slide and a model, see what it will take, watch the map grow, click on its cells."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QSize
from qtpy.QtWidgets import QProgressBar, QVBoxLayout, QWidget
from superqt.utils import qdebounced

from napari_rocks2net.model_file import ModelFileError
from napari_rocks2net.plugin.layers.image_planes import ImageLayerError
from napari_rocks2net.plugin.look.controls import button, row, sentence
from napari_rocks2net.plugin.look.dock_widget import WheelFilter
from napari_rocks2net.plugin.look.forms import let_shrink, line_up_labels
from napari_rocks2net.plugin.slides.layer_map import MapRequest, begin_map, fill_map, on_click, sentence_of
from napari_rocks2net.plugin.slides.map_form import MapForm
from napari_rocks2net.plugin.slides.map_layers import MapLayers
from napari_rocks2net.plugin.slides.map_text import cell_text, legend_html
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.plugin.work.closing import CloseGuard
from napari_rocks2net.plugin.work.jobs import JobRunner, Progress
from napari_rocks2net.slides.errors import SlideError

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image

    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.slides import MapPlan, SlideMap

READY = "Choose a slide and a model, then press Map."
CLICK_HINT = "Click on a cell to see what the model says about it."
PREFERRED_SIZE = QSize(360, 460)
# Longer maps begin only after a yes.
QUICK_SECONDS = 60.0
SECONDS_BETWEEN_UPDATES = 0.5


class SlideWidget(QWidget):
    """Maps a slide window by window.

    Parameters
    ----------
    viewer : napari.Viewer
        Where the layers are.

    Attributes
    ----------
    form : MapForm
        What to map.
    layers : MapLayers or None
        The map that was made last.
    """

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        self._viewer = viewer
        self._runner = JobRunner()
        self.form = MapForm(viewer)
        self.layers: MapLayers | None = None
        self._updated = 0.0
        self._lay_out()
        WheelFilter(self)
        self.form.message.connect(self.say)
        self._plan_soon = qdebounced(self.show_plan, timeout=100, parent=self)
        self.form.edited.connect(lambda: self._plan_soon())
        self._guard = CloseGuard(self, lambda: True, self.cancel)
        # Not of the widget: nothing of one that Qt has destroyed may be touched.
        self.destroyed.connect(self._runner.cancel)
        self._idle(READY)
        self._plan_soon()

    @property
    def running(self) -> bool:
        """Whether a slide is being mapped."""
        return self._runner.running

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of a dock beside the canvas."""
        return PREFERRED_SIZE

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Line the labels up, once napari's style is known."""
        super().showEvent(event)
        line_up_labels(self.form)

    def show_plan(self) -> None:
        """Say how many cells there will be, before a model is loaded."""
        if self.running:
            return
        try:
            self.plan.setText(self._expected())
        except (ImageLayerError, ModelFileError, SlideError, ValueError) as error:
            self.plan.setText(str(error))

    def map(self) -> None:
        """Load the model, say how long it will take, and begin."""
        try:
            layer, load = self.form.chosen_slide(), self.form.loader()
            request = MapRequest.of(self._viewer, layer, self.form.settings(), self.form.chosen_region())
        except (ImageLayerError, ModelFileError, ValueError) as error:
            self.say(str(error))
            return

        def work() -> tuple[RockClassifier, tuple[MapPlan, SlideMap, float]]:
            classifier = load()
            return classifier, begin_map(classifier, request)

        self._set_running(True)
        self.progress.setMaximum(0)
        self.say("Loading the model, and timing a few windows ...")
        self._runner.start(
            work,
            on_done=lambda begun: self._begin(layer, request, begun[0], *begun[1]),
            on_error=self._idle,
        )

    def cancel(self) -> None:
        """Stop; what is mapped stays."""
        if self.running:
            self._runner.cancel()
            if self.layers is not None:
                self.layers.update()
            self._idle("Cancelled; what is mapped stays.")

    def say(self, text: str) -> None:
        """Show a sentence at the bottom of the widget."""
        self.status.setText(text)

    def show_cell(self, row: int, column: int) -> None:
        """Show what the model says about a cell."""
        if self.layers is None:
            return
        property = self.layers.shown_property
        self.layers.show_cell(row, column, property)
        self.cell.setText(cell_text(self.layers.result, property, row, column))

    def show_legend(self) -> None:
        """Show the colours and areas of the classes of the property that is seen."""
        if self.layers is not None:
            self.legend.setText(legend_html(self.layers.result[self.layers.shown_property]))

    def _begin(
        self,
        layer: Image,
        request: MapRequest,
        classifier: RockClassifier,
        plan: MapPlan,
        result: SlideMap,
        seconds: float,
    ) -> None:
        self.plan.setText(plan.sentence(seconds))
        if seconds > QUICK_SECONDS and not questions.confirm(self, "Map", f"{plan.sentence(seconds)} Begin?"):
            self._idle("Not begun.")
            return
        if layer not in self._viewer.layers:
            self._idle("The slide was deleted before it was mapped; choose another.")
            return
        self.layers = MapLayers(self._viewer, layer, request.transform, result)
        for labels in self.layers.classes:
            labels.mouse_drag_callbacks.append(on_click(self.layers, self.show_cell))
            labels.events.visible.connect(lambda _: self.show_legend())
        self._set_running(True)
        self._runner.start(
            lambda: fill_map(classifier, plan, result),
            on_progress=self._show_progress,
            on_done=self._finish,
            on_error=self._idle,
        )

    def _show_progress(self, progress: Progress) -> None:
        self.progress.setMaximum(progress.total)
        self.progress.setValue(progress.done)
        self.say(str(progress))
        if self.layers is not None and time.monotonic() - self._updated > SECONDS_BETWEEN_UPDATES:
            self.layers.update()
            self.show_legend()
            self._updated = time.monotonic()

    def _finish(self, result: SlideMap) -> None:
        if self.layers is not None:
            self.layers.update()
            self.show_legend()
        self._idle(f"{sentence_of(result)} {CLICK_HINT}")

    def _expected(self) -> str:
        """Return how many windows the chosen settings give, without a model."""
        from napari_rocks2net.slides import Grid
        from napari_rocks2net.slides.region import cells_within

        request = MapRequest.of(
            self._viewer, self.form.chosen_slide(), self.form.settings(), self.form.chosen_region()
        )
        grid = Grid.over(request.slide, request.settings, self.form.network_size())
        cells = int(cells_within(grid, request.region).sum())
        return f"{cells:,} windows of {grid.field:,} pixels every {grid.stride:,}."

    def _lay_out(self) -> None:
        let_shrink(self.form)
        self.run = button("Map", "Classify the slide window by window.", self.map)
        self.stop = button("Cancel", "Stop at once; what is mapped stays.", self.cancel)
        self.progress = QProgressBar()
        self.progress.setToolTip("Cells done.")
        self.plan, self.status, self.legend, self.cell = sentence(), sentence(), sentence(), sentence()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.form.native)
        layout.addWidget(self.plan)
        layout.addLayout(row(self.run, self.stop, None))
        layout.addWidget(self.progress)
        layout.addWidget(self.status)
        layout.addWidget(self.legend)
        layout.addWidget(self.cell)
        layout.addStretch(1)

    def _idle(self, text: str) -> None:
        self._set_running(False)
        self.say(text)

    def _set_running(self, running: bool) -> None:
        self.run.setEnabled(not running)
        self.stop.setEnabled(running)
        self.progress.setVisible(running)
