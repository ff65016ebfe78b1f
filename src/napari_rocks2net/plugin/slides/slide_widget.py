"""Map widget: choose a slide and a model, see what it will take, watch the map grow, click on its cells."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QSize
from qtpy.QtWidgets import QWidget
from superqt.utils import qdebounced

from napari_rocks2net.plugin.look.controls import button, column, row, sentence
from napari_rocks2net.plugin.look.dock_widget import WheelFilter
from napari_rocks2net.plugin.look.forms import let_shrink, line_up_labels
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.slides.layer_map import MapRequest, begin_map, fill_map, on_click, sentence_of
from napari_rocks2net.plugin.slides.map_form import MapForm
from napari_rocks2net.plugin.slides.map_layers import MapLayers
from napari_rocks2net.plugin.slides.map_text import cell_text, legend_html
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.plugin.work.closing import CloseGuard
from napari_rocks2net.plugin.work.jobs import Progress, errors_as_messages

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
        self.jobs = JobBar(
            "Cancel", "Stop at once; what is mapped stays.", "Cancelled; what is mapped stays."
        )
        self.form = MapForm(viewer)
        self.layers: MapLayers | None = None
        self._updated = 0.0
        self._lay_out()
        WheelFilter(self)
        self.form.message.connect(self.say)
        self._plan_soon = qdebounced(self.show_plan, timeout=100, parent=self)
        self.form.edited.connect(lambda: self._plan_soon())
        self.jobs.message.connect(self.say)
        self.jobs.running_changed.connect(self._running_changed)
        self._guard = CloseGuard(self, lambda: True, self.jobs.cancel)
        self.say(READY)
        self._plan_soon()

    @property
    def running(self) -> bool:
        """Whether a slide is being mapped."""
        return self.jobs.running

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
        except ValueError as error:
            self.plan.setText(str(error))

    def map(self) -> None:
        """Load the model, say how long it will take, and begin."""
        with errors_as_messages(self.say):
            layer, load = self.form.chosen_slide(), self.form.loader()
            request = MapRequest.of(self._viewer, layer, self.form.settings(), self.form.chosen_region())

            def work() -> tuple[RockClassifier, tuple[MapPlan, SlideMap, float]]:
                classifier = load()
                return classifier, begin_map(classifier, request)

            self.jobs.run(work, lambda begun: self._begin(layer, request, begun[0], *begun[1]))
            self.say("Loading the model, and timing a few windows ...")

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
            self.say("Not begun.")
            return
        if layer not in self._viewer.layers:
            self.say("The slide was deleted before it was mapped; choose another.")
            return
        self.layers = MapLayers(self._viewer, layer, request.transform, result)
        for labels in self.layers.classes:
            labels.mouse_drag_callbacks.append(on_click(self.layers, self.show_cell))
            labels.events.visible.connect(lambda _: self.show_legend())
        self.jobs.run(lambda: fill_map(classifier, plan, result), self._finish, self._show_progress)

    def _show_progress(self, progress: Progress) -> None:
        self.jobs.show_progress(progress)
        if self.layers is not None and time.monotonic() - self._updated > SECONDS_BETWEEN_UPDATES:
            self.layers.update()
            self.show_legend()
            self._updated = time.monotonic()

    def _finish(self, result: SlideMap) -> None:
        self.show_legend()
        self.say(f"{sentence_of(result)} {CLICK_HINT}")

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
        self.plan, self.status, self.legend, self.cell = sentence(), sentence(), sentence(), sentence()
        below = (row(self.run, None), self.jobs, self.status, self.legend, self.cell)
        rows = column(self, self.form.native, self.plan, *below)
        rows.setContentsMargins(4, 4, 4, 4)
        rows.addStretch(1)

    def _running_changed(self, running: bool) -> None:
        self.run.setEnabled(not running)
        if not running and self.layers is not None:
            self.layers.update()
