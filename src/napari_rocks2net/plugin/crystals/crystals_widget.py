"""The Crystals widget: segment, measure and classify the crystals of an SEM image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import napari.viewer
from napari.layers import Labels
from qtpy.QtCore import QSize

from napari_rocks2net.crystals.measuring.columns import UNIT
from napari_rocks2net.plugin.commands import open_features_table
from napari_rocks2net.plugin.crystals.classify_step import ClassifyStep
from napari_rocks2net.plugin.crystals.crystal_layers import (
    changed_picture,
    fits,
    image_under,
    is_crystals,
    is_made_by_us,
    pair,
    source_id,
)
from napari_rocks2net.plugin.crystals.features import features_by_label, measurement_unit
from napari_rocks2net.plugin.crystals.measure_page import MeasurePage
from napari_rocks2net.plugin.crystals.measuring import (
    LabelledPicture,
    labelled_step,
    measuring_work,
    plane_under,
    show_measures,
)
from napari_rocks2net.plugin.crystals.segment_step import SegmentStep
from napari_rocks2net.plugin.layers.mark import CRYSTALS, is_photo
from napari_rocks2net.plugin.look.dock_widget import DockWidget
from napari_rocks2net.plugin.look.forms import form
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.layer_choice import LayerChoice
from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.plugin.work.jobs import errors_as_messages
from napari_rocks2net.samples.columns import CRYSTAL
from napari_rocks2net.wording import count_of

READY = "Open an SEM image, look at scale and settings, then press Segment."
NO_CRYSTALS = "There are no crystals yet; segment the image, or open a Labels layer."


class CrystalsWidget(DockWidget):
    """Finds, measures and classifies the crystals of the chosen image, one step a page."""

    preferred_size = QSize(400, 860)

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(viewer)
        self.image = LayerChoice(viewer, "Image", "The SEM image.", is_photo, empty="open an SEM image")
        tip = "The Labels layer that is measured and classified."
        self.crystals = LayerChoice(viewer, "Crystals", tip, is_crystals, empty="none yet")
        self.jobs = JobBar(tip="Stop at once; what is shown stays as it is. (Esc)")
        self.jobs.cancel_button.setShortcut("Esc")
        self.jobs.message.connect(self.show_message)
        self.segmenting = SegmentStep(viewer, self.image, self.jobs, self)
        self.measure_page = MeasurePage(viewer)
        self.classifying = ClassifyStep(viewer, self.crystals, self.jobs, self._request, self)
        pages = {"1 Segment": self.segmenting.page, "2 Measure": self.measure_page}
        rows = self._lay_out(pages | {"3 Classify": self.classifying.page}, self.jobs)
        rows.insertLayout(0, form({"image": self.image, "crystals": self.crystals}))
        self._connect()
        self._crystals_chosen()
        self.show_message(READY)
        self.segmenting.restore()

    @property
    def running(self) -> bool:
        """Whether a step is under way."""
        return self.jobs.running

    def measure(self) -> None:
        """Measure the chosen crystals."""
        with errors_as_messages(self.show_message):
            layer, request = self.crystals.layer, self._request()
            self.jobs.run(lambda: measuring_work(request), lambda table: self._measured(layer, table))

    def save(self) -> None:
        """Ask for a folder and write table, labels, outlines and plots into it."""
        if folder := questions.ask_folder(self, "Save crystals into", preferences.CRYSTAL_FOLDER):
            self.save_into(folder)

    def save_into(self, folder: Path) -> None:
        """Write table, labels, outlines and plots; asks before it replaces files."""
        from napari_rocks2net.crystals.measured_files import output_files, write_measured

        with errors_as_messages(self.show_message):
            layer, request = self.crystals.layer, self._request()
            existing = [path for path in output_files(folder, layer.name) if path.exists()]
            question = f"{len(existing)} files of {layer.name!r} are in this folder already. Replace them?"
            if existing and not questions.confirm(self, "Save crystals", question):
                return
            table = features_by_label(layer).drop(columns=UNIT, errors="ignore")
            table = table.rename_axis(CRYSTAL).reset_index()
            table.attrs[UNIT] = measurement_unit(layer)
            self.jobs.run(
                lambda: write_measured(request.with_table(table), folder, layer.name),
                lambda count: self.show_message(f"{count} files are written into {folder}."),
            )

    def _end_jobs(self) -> None:
        self.jobs.cancel()
        for part in (self.segmenting, self.classifying, self.image, self.crystals):
            part.close_jobs()

    def _may_close(self) -> bool:
        return not self.classifying.training.job.alive or questions.may_stop_training(self)

    def _connect(self) -> None:
        self.crystals.changed.connect(self._crystals_chosen)
        self.image.changed.connect(self._image_chosen)
        self.tabs.currentChanged.connect(lambda _: self._page_changed())
        self.segmenting.segmented.connect(self._segmented)
        self.measure_page.measure.clicked.connect(self.measure)
        self.measure_page.table.clicked.connect(self._open_table)
        self.measure_page.save.clicked.connect(self.save)

    def _request(self) -> LabelledPicture:
        """Freeze the chosen crystals and their image; raises where there are none, or they do not fit."""
        layer = self.crystals.layer
        if layer is None:
            raise ValueError(NO_CRYSTALS)
        image = self._image_of(layer)
        pixel_size = None
        if image is not None:
            plane = plane_under(self._viewer, layer, labelled_step(self._viewer, layer), image)
            pixel_size = self.segmenting.pixel_size_of(image, plane.index)
        return LabelledPicture.of(self._viewer, layer, image, pixel_size)

    def _segmented(self, layer: Labels) -> None:
        self.crystals.choose(layer)
        self._viewer.layers.selection.active = layer

    def _measured(self, layer: Labels, table: Any) -> None:
        show_measures(layer, table)
        self.measure_page.show_layer(self.crystals.layer)
        self.tabs.setCurrentWidget(self.measure_page)
        done = f"{count_of(len(table), 'crystal')} measured, lengths in {table.attrs[UNIT]}."
        self.show_message(f"{done} {changed_picture(self._viewer, layer)}".strip())

    def _image_of(self, layer: Labels) -> Any:
        """Return the image that crystals are in: what is known about it, then what is chosen."""
        chosen = self.image.layer
        if source_id(layer) is None and chosen is not None and fits(chosen, layer):
            return chosen
        return image_under(self._viewer, layer, self.image.layers)

    def _crystals_chosen(self) -> None:
        layer = self.crystals.layer
        self.measure_page.show_layer(layer)
        self.classifying.show_layer()
        image = self._image_of(layer) if layer is not None else None
        if image is not None:
            pair(layer, image)
            self.image.choose(image)

    def _image_chosen(self) -> None:
        """Turn to the crystals of another image; a layer of a person's own may be of this one."""
        image, layer = self.image.layer, self.crystals.layer
        if image is None or (layer is not None and source_id(layer) == str(image.unique_id)):
            return
        of_image = [each for each in self.crystals.layers if source_id(each) == str(image.unique_id)]
        if of_image:
            self.crystals.choose(of_image[-1])
        elif layer is not None and not is_made_by_us(layer, CRYSTALS) and fits(image, layer):
            pair(layer, image)

    def _open_table(self) -> None:
        if self.crystals.layer is not None:
            self._viewer.layers.selection.active = self.crystals.layer
        open_features_table(self._viewer)

    def _page_changed(self) -> None:
        if self.tabs.currentWidget() is self.classifying.page:
            self.classifying.prepare()
