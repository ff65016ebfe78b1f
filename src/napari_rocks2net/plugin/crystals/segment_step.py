"""Segment page at work: inspection of the image, preview, segmentation."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import napari
from napari.layers import Image
from qtpy.QtCore import QObject, QTimer, Signal

from napari_rocks2net.crystals.segmentation.window import Window
from napari_rocks2net.crystals.segmentation_jobs import (
    ESTIMATING,
    KeptSegmenter,
    Segmented,
    estimate_crystal_size,
    segment_built_in,
)
from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.crystals.crystal_layers import show_crystals
from napari_rocks2net.plugin.crystals.preview import (
    SegmentationPreview,
    preview_request,
    visible_window,
)
from napari_rocks2net.plugin.crystals.segment_page import BUILT_IN, SegmentPage
from napari_rocks2net.plugin.layers.image_planes import shown_plane, shown_step
from napari_rocks2net.plugin.layers.layer_scale import differs_by_plane, file_of, pixel_size_of_layer
from napari_rocks2net.plugin.layers.mark import Origin
from napari_rocks2net.plugin.layers.plane import ImageLayerError, ImagePlane
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.layer_choice import LayerChoice
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.jobs import JobRunner, errors_as_messages
from napari_rocks2net.plugin.work.pixel_watch import PixelWatch
from napari_rocks2net.wording import count_of, duration

if TYPE_CHECKING:
    from napari_rocks2net.pixel_scale import PixelSize

NO_IMAGE = "Open an SEM image first (File > Open, or drop it into the window)."
# What an estimate of the crystals' size is about: a plane of a layer, whether crystals are dark, and whether
# the info bar is left out. Nothing else counts, so that the size stays while the other settings are tuned.
SizeKey = tuple[str, tuple[int, ...], bool, bool]
# What a pixel size is about: a layer, and where the pages of its file have sizes of their own, the page.
Place = tuple[str, tuple[int, ...]]


class SegmentStep(QObject):
    """Looks at the chosen image, shows a preview, and segments it."""

    segmented = Signal(object)  # A new Labels layer of crystals is in the viewer.

    def __init__(
        self, viewer: napari.Viewer, images: LayerChoice, jobs: JobBar, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._viewer, self._images, self._jobs = viewer, images, jobs
        self.page = SegmentPage(viewer, lambda: images.layer)
        self.preview = SegmentationPreview(viewer, self)
        self._inspector, self._estimator, self._sam = JobRunner(self), JobRunner(self), KeptSegmenter()
        self._rows: dict[tuple[str, tuple[int, ...]], tuple[int, int]] = {}
        self._inspected_picture: ImagePlane | None = None
        self._watch = PixelWatch(viewer, lambda: filter(None, [self._inspected_picture]))
        self._sizes: dict[Place, PixelSize | None] = {}
        self._shown_place: Place | None = None
        self._estimates: dict[SizeKey, float] = {}
        self._opened = QTimer(self, singleShot=True, interval=0)
        self._connect()

    def restore(self) -> None:
        """Fill in the settings of last time and look at the chosen image."""
        # What an older version or a person wrote into the settings file may not fit any more.
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            self.page.set_values(preferences.remembered_values(preferences.CRYSTAL_SETTINGS))
        # Afterwards: the inspection loads libraries, which would hold the opening up.
        self._opened.start()

    def segment(self) -> None:
        """Segment the chosen image."""
        image = self._images.layer
        with errors_as_messages(self._jobs.show_message):
            if image is None:
                raise ValueError(NO_IMAGE)
            picture = self._picture(image)
            work = self._work(picture)
            self.page.preview.setChecked(False)
            key = self._key(picture)
            self._jobs.run(work, lambda result: self._finish(picture, key, result))

    def pixel_size_of(self, image: Image, index: tuple[int, ...]) -> PixelSize | None:
        """Return the pixel size of a plane of an image: typed, drawn or read."""
        place = _place(image, index)
        return self._sizes[place] if place in self._sizes else pixel_size_of_layer(image, index)

    def close_jobs(self) -> None:
        """End everything and take our tools out of the viewer."""
        self._images.changed.disconnect(self._image_chosen)
        self._viewer.dims.events.current_step.disconnect(self._step_changed)
        self._viewer.layers.events.disconnect(self._layers_changed)
        self._watch.stop()
        self._opened.stop()
        self._inspector.cancel()
        self._estimator.cancel()
        self.preview.close_jobs()
        self.page.scale.end_line()

    def _connect(self) -> None:
        page = self.page
        self._opened.timeout.connect(self._image_chosen)
        self._images.changed.connect(self._image_chosen)
        self._viewer.dims.events.current_step.connect(self._step_changed)
        self._viewer.layers.events.connect(self._layers_changed)
        page.changed.connect(self._changed)
        page.segment.clicked.connect(self.segment)
        page.preview.toggled.connect(self._preview_toggled)
        page.scale.message.connect(self._jobs.show_message)
        self.preview.moved.connect(self._show_preview)
        self.preview.message.connect(self._show_unless_running)

    def _picture(self, image: Image) -> ImagePlane:
        return shown_plane(self._viewer, image)

    def _image_chosen(self) -> None:
        self.page.scale.end_line()
        image = self._images.layer
        self.page.scale.setEnabled(image is not None)
        if image is None:
            return
        self.page.scale.show_info_bar(None, 0)
        with errors_as_messages(self._jobs.show_message):
            picture = self._picture(image)
            file = file_of(image, picture.index)
            self._inspector.start(
                lambda: _inspect(picture, file),
                on_done=lambda result: self._inspected(picture, *result),
                on_error=self._jobs.show_message,
            )

    def _step_changed(self, event: object = None) -> None:
        """Look at the page that is shown now, where pages have scales of their own."""
        image, shown = self._images.layer, self._shown_place
        if (
            image is not None
            and shown is not None
            and shown[1] != _place(image, shown_step(self._viewer, image))[1]
        ):
            self._opened.start()

    def _layers_changed(self, event: Any) -> None:
        """Forget what was measured in the earlier picture of a layer that was given another one."""
        image = self._images.layer
        if event.type != "data" or not isinstance(event.sources[0], Image):
            return
        layer_id = str(event.sources[0].unique_id)
        self._estimates = {key: size for key, size in self._estimates.items() if key[0] != layer_id}
        self._rows = {key: rows for key, rows in self._rows.items() if key[0] != layer_id}
        if image is not None and layer_id == str(image.unique_id):
            self._estimator.cancel()
            self._opened.start()

    def _inspected(self, picture: ImagePlane, rows: tuple[int, int], in_file: PixelSize | None) -> None:
        image = self._images.layer
        if image is None or str(image.unique_id) != picture.layer_id:
            return
        self._inspected_picture = picture
        self._rows[picture.layer_id, picture.index] = rows
        place = _place(image, picture.index)
        if place not in self._sizes:
            self._sizes[place] = pixel_size_of_layer(image, picture.index) or in_file
        self.page.scale.show_info_bar(rows, picture.size[0])
        self.page.scale.show_size(self._sizes[place])
        self._shown_place = place

    def _changed(self) -> None:
        image = self._images.layer
        if image is not None and self._shown_place and self._shown_place[0] == str(image.unique_id):
            self._sizes[self._shown_place] = self.page.scale.pixel_size
        preferences.remember(preferences.CRYSTAL_SETTINGS, self.page.values())
        self._show_estimate()
        self.preview.soon()

    def _key(self, picture: ImagePlane) -> SizeKey:
        dark = self.page.built_in.fields["dark"].value
        return picture.layer_id, picture.index, dark, self.page.scale.crop.isChecked()

    def _show_estimate(self) -> None:
        image = self._images.layer
        size = None
        # A layer may hold no picture.
        with suppress(ImageLayerError):
            size = self._estimates.get(self._key(self._picture(image))) if image is not None else None
        self.page.built_in.show_estimate(size)

    def _picture_rows(self, picture: ImagePlane) -> tuple[int, int]:
        whole = (0, picture.size[0])
        place = picture.layer_id, picture.index
        return self._rows.get(place, whole) if self.page.scale.crop.isChecked() else whole

    def _preview_toggled(self, on: bool) -> None:
        preferences.remember(preferences.CRYSTAL_SETTINGS, self.page.values())
        self.preview.turn(on)

    def _show_preview(self) -> None:
        image = self._images.layer
        if image is None or self._jobs.running:
            return
        with errors_as_messages(self._jobs.show_message):
            picture, settings = self._picture(image), self.page.settings()
            size = settings.size_in_pixels(self.page.scale.micrometres)
            size = size or self._estimates.get(self._key(picture))
            if size is None:
                self._estimate(picture)
                return
            first, last = self._picture_rows(picture)
            visible = visible_window(image, picture).clipped(Window(first, 0, last, picture.size[1]))
            self.preview.show(preview_request(picture, visible, settings, size))

    def _estimate(self, picture: ImagePlane) -> None:
        if self._estimator.running:
            return
        key, settings = self._key(picture), self.page.settings()
        self._jobs.show_message(f"{ESTIMATING} ...")
        self._estimator.start(
            lambda: estimate_crystal_size(picture.read_values, settings),
            on_done=lambda size: self._estimated(key, size),
            on_error=self._jobs.show_message,
        )

    def _estimated(self, key: SizeKey, size: float) -> None:
        self._estimates[key] = size
        self._show_estimate()
        self.preview.soon()

    def _show_unless_running(self, text: str) -> None:
        if not self._jobs.running:
            self._jobs.show_message(text)

    def _work(self, picture: ImagePlane) -> Callable[[], Generator[Progress, None, Segmented]]:
        """Return the work of the chosen source; raises where the settings cannot be used."""
        crop, form = self.page.scale.crop.isChecked(), self.page.sam
        if self.page.source.currentText() != BUILT_IN:
            request = (form.checkpoint_name(), form.download.isChecked(), form.settings(crop))
            return lambda: self._sam.segment(picture.read_values, *request)
        settings = self.page.settings()
        micrometres = self.page.scale.micrometres
        settings.size_in_pixels(micrometres)
        estimate = self._estimates.get(self._key(picture))
        return lambda: segment_built_in(picture.read_values, settings, micrometres, estimate)

    def _finish(self, picture: ImagePlane, key: SizeKey, segmented: Segmented) -> None:
        from napari_rocks2net.crystals import segmentation_warning

        if picture.is_changed_in(self._viewer.layers):
            self._jobs.show_message(f"{picture.title} holds another picture by now: segment it again.")
            return
        if segmented.estimate is not None:
            self._estimated(key, segmented.estimate)
        labels = segmented.labels
        if not labels.any():
            self._jobs.show_message("No crystals were found; give their size, or raise the sensitivity.")
            return
        layer = show_crystals(self._viewer, picture, labels)
        report = f"{count_of(int(labels.max()), 'crystal')} in {duration(segmented.seconds)}"
        next_step = "Correct them with the tools of the layer, then go on with Measure."
        self._jobs.show_message(f"{report}. {segmentation_warning(labels) or next_step}")
        self.segmented.emit(layer)


def _place(image: Image, index: tuple[int, ...]) -> Place:
    return str(image.unique_id), index if index and differs_by_plane(image) else ()


def _inspect(picture: ImagePlane, file: Origin | None) -> tuple[tuple[int, int], PixelSize | None]:
    """Return the rows of a picture without info bar, and the pixel size that its file says."""
    from napari_rocks2net.crystals import find_info_bar
    from napari_rocks2net.pixel_scale import read_pixel_size

    return find_info_bar(picture.read_values()), None if file is None else read_pixel_size(*file)
