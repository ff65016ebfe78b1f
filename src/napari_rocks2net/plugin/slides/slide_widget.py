"""Map widget: choose a slide and a model, see what it will take, watch the map grow, click on its cells."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QSize
from qtpy.QtWidgets import QWidget
from superqt.utils import qdebounced

from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.layers.seen_images import show_image
from napari_rocks2net.plugin.look.controls import button, column, row, sentence
from napari_rocks2net.plugin.look.dock_widget import DockWidget
from napari_rocks2net.plugin.look.forms import allow_shrinking
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.report_button import ReportButton
from napari_rocks2net.plugin.slides.layer_map import MapRequest, begin_map, fill_map, on_click
from napari_rocks2net.plugin.slides.map_form import MapForm
from napari_rocks2net.plugin.slides.map_layers import MapLayers
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.plugin.work.jobs import errors_as_messages
from napari_rocks2net.plugin.work.pixel_watch import PixelWatch

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image

    from napari_rocks2net.reports import Report
    from napari_rocks2net.slides import BegunMap, SlideMap

READY = "Choose a slide and a model, then press Map."
OTHER_PIXELS = "The slide has other pixels by now than those that were mapped."
CLICK_HINT = "Click on a cell to see what the model says about it."
# Longer maps begin only after a yes.
QUICK_SECONDS = 60.0
SECONDS_BETWEEN_UPDATES = 0.5


class SlideWidget(DockWidget):
    """Maps a slide window by window.

    Attributes
    ----------
    form : MapForm
        What to map.
    layers : MapLayers or None
        The map that was made last.
    """

    preferred_size = QSize(360, 460)

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(viewer)
        self.jobs = JobBar(
            "Cancel", "Stop at once; what is mapped stays.", "Cancelled; what is mapped stays."
        )
        self.form = MapForm(viewer)
        self.layers: MapLayers | None = None
        self._updated = 0.0
        self._build()
        self._watch = PixelWatch(viewer, lambda: [] if self.layers is None else [self.layers.plane])
        viewer.layers.events.connect(self._layers_changed)
        self._aligned = (self.form,)
        self.show_messages_of(self.form, self.jobs, self.report)
        self._plan_soon = qdebounced(self.show_plan, timeout=100, parent=self)
        self.form.edited.connect(lambda: self._plan_soon())
        self.jobs.running_changed.connect(self._running_changed)
        self.show_message(READY)
        self._plan_soon()

    @property
    def running(self) -> bool:
        """Whether a slide is being mapped."""
        return self.jobs.running

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
        with errors_as_messages(self.show_message):
            layer, load, out = self.form.chosen_slide(), self.form.loader(), self.form.chosen_folder()
            request = MapRequest.of(self._viewer, layer, self.form.settings(), self.form.chosen_region())

            self.jobs.run(
                lambda: begin_map(load(), request, out), lambda begun: self._begin(layer, request, begun)
            )
            self.show_message("Loading the model, and timing a few windows ...")

    def pause(self, on: bool) -> None:
        """Let the map wait after the cell that it is at, or go on."""
        self.jobs.pause(on)
        self.pause_button.setText("Go on" if on else "Pause")
        self.show_message("Paused; what is mapped can be looked at." if on else "Going on ...")

    def show_cell(self, row: int, column: int) -> None:
        """Show the prediction for a cell."""
        if self.layers is None:
            return
        property = self.layers.shown_property
        from napari_rocks2net.slides.map_text import cell_text

        self.layers.show_cell(row, column, property)
        self.cell.setText(cell_text(self.layers.result, property, row, column))

    def show_legend(self) -> None:
        """Show the colours and areas of the classes of the property that is seen."""
        from napari_rocks2net.slides.map_text import legend_html

        if self.layers is not None:
            text = legend_html(self.layers.result[self.layers.shown_property])
            replaced = self.layers.plane.is_replaced_in(self._viewer.layers)
            self.legend.setText(f"{text}<p>{OTHER_PIXELS}</p>" if replaced else text)

    def _begin(self, layer: Image, request: MapRequest, begun: BegunMap) -> None:
        plan = " ".join(begun.sentences)
        self.plan.setText(plan)
        if begun.seconds > QUICK_SECONDS and not questions.confirm(self, "Map", f"{plan} Begin?"):
            self.show_message("Not begun.")
            return
        if layer not in self._viewer.layers:
            self.show_message("The slide was deleted before it was mapped; choose another.")
            return
        if request.plane.is_changed_in(self._viewer.layers):
            self.show_message("The slide was replaced before it was mapped; press Map again.")
            return
        show_image(self._viewer, request.plane.layer_id, request.plane.index)
        self.layers = MapLayers(self._viewer, request.plane, begun.result)
        for labels in self.layers.classes:
            labels.mouse_drag_callbacks.append(on_click(self.layers, self.show_cell))
            labels.events.visible.connect(lambda _: self.show_legend())
        self.pause_button.setEnabled(True)
        self.jobs.run(
            lambda: fill_map(begun), lambda result: self._finish(result, begun), self._show_progress
        )

    def _show_progress(self, progress: Progress) -> None:
        if self.jobs.paused:
            return
        self.jobs.show_progress(progress)
        if self.layers is not None and time.monotonic() - self._updated > SECONDS_BETWEEN_UPDATES:
            self.layers.update()
            self.show_legend()
            self._updated = time.monotonic()

    def _finish(self, result: SlideMap, begun: BegunMap) -> None:
        from napari_rocks2net.slides.map_text import map_sentence

        self.show_legend()
        files = "" if begun.folder is None else f" Its files are in {begun.folder.path}."
        self.show_message(f"{map_sentence(result)}{files} {CLICK_HINT}")

    def _expected(self) -> str:
        """Return how many windows the chosen settings give, without a model."""
        from napari_rocks2net.slides import Grid
        from napari_rocks2net.slides.region import cells_within

        request = MapRequest.of(
            self._viewer, self.form.chosen_slide(), self.form.settings(), self.form.chosen_region()
        )
        usual = self.form.usual_field(request.slide.um_per_pixel)
        grid = Grid.over(request.slide, request.settings, usual)
        cells = int(cells_within(grid, request.region).sum())
        return f"{cells:,} windows of {grid.field:,} pixels every {grid.stride:,}."

    def _report(self) -> Callable[[], Report]:
        if (layers := self.layers) is None:
            raise ValueError("There is no map yet: make one first.")
        from napari_rocks2net.reports import map_report

        result = layers.result.snapshot()
        return lambda: map_report(result)

    def _end_jobs(self) -> None:
        self.jobs.cancel()
        self._watch.stop()
        self._viewer.layers.events.disconnect(self._layers_changed)
        for choice in (self.form.slide, self.form.region):
            choice.close_jobs()

    def _build(self) -> None:
        allow_shrinking(self.form)
        self.run = button("Map", "Classify the slide window by window.", self.map)
        tip = "Wait, so that the computer is free; what is mapped can be looked at."
        self.pause_button = button("Pause", tip, lambda: self.pause(not self.jobs.paused))
        self.pause_button.setEnabled(False)
        self.plan, self.legend, self.cell = sentence(), sentence(), sentence()
        self.report = ReportButton(self._report)
        page, answers = QWidget(), QWidget()
        column(page, self.form.native, self.plan, row(self.run, self.pause_button, None, self.report))
        column(answers, self.legend, self.cell)
        rows = self._lay_out({}, page, self.jobs)
        rows.addWidget(answers)
        rows.addStretch(1)

    def _layers_changed(self, event: Any) -> None:
        """Say in the legend that the slide was changed, or is again what was mapped."""
        mapped = self.layers.plane.layer_id if self.layers is not None else ""
        if event.type == "data" and str(event.sources[0].unique_id) == mapped:
            self.show_legend()

    def _running_changed(self, running: bool) -> None:
        self.run.setEnabled(not running)
        if not running:
            self.pause_button.setText("Pause")
            self.pause_button.setEnabled(False)
        if not running and self.layers is not None:
            self.layers.update()
