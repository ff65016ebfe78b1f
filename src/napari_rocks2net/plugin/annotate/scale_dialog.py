"""Dialog of the scale: pixel sizes of the photos of a collection, for many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from statistics import median

import napari
from napari.layers import Image
from qtpy.QtWidgets import QDialog, QLayout, QWidget

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.annotation.pixel_sizes import (
    alike,
    bar_pixels,
    file_pixel_size,
    measure_images,
    with_pixel_sizes,
)
from napari_rocks2net.iteration import report_progress
from napari_rocks2net.plugin.look.controls import choice, column, form_button, row, sentence
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.section_scale import SectionScale
from napari_rocks2net.wording import count_of

SELECTED, WITHOUT, ALL = "selected images", "images without a scale", "all images"
EXPLANATION = (
    "A model that knows how large the pixels were that it learned from brings photos of a known scale to it. "
    "Find out how large a pixel of the shown photo is, and set it for all of one objective and camera."
)
NO_SCALE = "No scale was found for these images."
TYPE_LENGTH = "Type what is written at it, then press Use."
WIDTH = 560
Lengths = dict[ImageKey, float]


class ScaleDialog(QDialog):
    """Sets the pixel sizes of images of the open collection; each step can be undone.

    Parameters
    ----------
    viewer : napari.Viewer
        Shows the photo whose scale bar is measured.
    annotator : Annotator
        Has the collection.
    parent : QWidget, optional
        Of the dialog.
    """

    def __init__(self, viewer: napari.Viewer, annotator: Annotator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Scale of the photos")
        self._viewer, self._annotator = viewer, annotator
        self.scale = SectionScale(viewer, self._image)
        self.jobs = JobBar()
        self.summary, self.status = sentence(), sentence()
        self._bars: tuple[ImageKey, ...] = ()
        self._build()
        self._connect()
        self._show_summary()

    def _build(self) -> None:
        self.targets = choice(SELECTED, WITHOUT, ALL, tip="The images whose scale is set.")
        self.set = form_button("Set", "Give these images the pixel size above.", self.set_size)
        self.from_files = form_button("From their files", "Read what each file says.", self.read_files)
        tip = "Look for the scale bar in each photo; what is written at it is typed once."
        self.from_bars = form_button("From their scale bars", tip, self.find_bars)
        self.take_off = form_button("Take off", "Let these images have no scale.", self.clear)
        targets = row(self.targets, self.set, self.from_files, self.from_bars, self.take_off)
        explanation = sentence(EXPLANATION)
        explanation.setMinimumWidth(WIDTH)
        parts = (explanation, self.scale, targets, self.jobs, self.summary, self.status)
        lines = column(self, *parts)
        lines.setContentsMargins(9, 9, 9, 9)
        # It grows with the row of the scale bar.
        lines.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)

    def _connect(self) -> None:
        for part in (self.scale, self.jobs):
            part.message.connect(self.status.setText)
        self.scale.bar_used.connect(self._use_bars)
        # A line on one photo is not what was found in many.
        self.scale.from_bar.toggled.connect(lambda _: self._forget_bars())
        self._annotator.collection_changed.connect(self._show_summary)
        self.finished.connect(self.close_jobs)

    def keys(self) -> list[ImageKey]:
        """Return the images whose scale is set."""
        annotator = self._annotator
        images = annotator.collection.images if annotator.collection else ()
        if self.targets.currentText() == SELECTED:
            chosen = annotator.selected or ((annotator.current,) if annotator.current else ())
            return list(chosen)
        return [
            image.key for image in images if self.targets.currentText() == ALL or image.pixel_size_um is None
        ]

    def set_size(self) -> None:
        """Give the images the pixel size of the form."""
        if self.scale.micrometres is None:
            self.status.setText("Say first how large a pixel is: type it, find the bar, or draw a line.")
        else:
            self._write(dict.fromkeys(self.keys(), self.scale.micrometres))

    def clear(self) -> None:
        """Take the scale off."""
        self._write(dict.fromkeys(self.keys()))

    def read_files(self) -> None:
        """Read what the file of each image says."""
        keys = self.keys()
        self._measure(keys, file_pixel_size, lambda sizes: self._write(sizes, f" of {len(keys)}"))

    def find_bars(self) -> None:
        """Look for the bar in each image, then ask what is written at them."""
        self.scale.end_line()
        self._forget_bars()
        keys = self.keys()
        self._measure(keys, bar_pixels, partial(self._take_bars, len(keys)))

    def close_jobs(self) -> None:
        """End what is under way and take the line away."""
        self.jobs.cancel()
        self.scale.end_line()
        self._annotator.collection_changed.disconnect(self._show_summary, missing_ok=True)

    def _take_bars(self, images: int, lengths: Lengths) -> None:
        bars = alike(lengths)
        if not bars:
            self.status.setText(NO_SCALE)
            return
        # One objective and camera have one scale, which their bars say together better than each alone.
        self.scale.show_line(median(bars.values()), f"{count_of(len(bars), 'bar')} of ")
        self._bars = tuple(bars)
        others = [key.file.name for key in lengths if key not in bars]
        text = f"{len(bars)} of {count_of(images, 'image')} have a bar. {TYPE_LENGTH}"
        if others:
            text += f" Left out, with bars of another length: {', '.join(others[:3])}"
            text += " ..." if len(others) > 3 else "."
        self.status.setText(text)

    def _forget_bars(self) -> None:
        self._bars = ()

    def _use_bars(self) -> None:
        """Give the images whose bars were found the pixel size that the typed length makes."""
        bars, self._bars = self._bars, ()
        if bars and self.scale.micrometres is not None:
            self._write(dict.fromkeys(bars, self.scale.micrometres))

    def _measure(
        self,
        keys: list[ImageKey],
        measure: Callable[[ImageKey], float | None],
        on_done: Callable[[Lengths], None],
    ) -> None:
        self.jobs.run(lambda: report_progress(measure_images(keys, measure), "Looking"), on_done)

    def _write(self, sizes: Mapping[ImageKey, float | None], more: str = "") -> None:
        if not sizes:
            self.status.setText(NO_SCALE if more else "There is no such image.")
            return
        if self._annotator.edit(lambda each: with_pixel_sizes(each, sizes), "scale"):
            self.status.setText(f"Scale set: {count_of(len(sizes), 'image')}{more}.")

    def _image(self) -> Image | None:
        active = self._viewer.layers.selection.active
        images = [layer for layer in self._viewer.layers if isinstance(layer, Image) and layer.visible]
        return active if isinstance(active, Image) else next(reversed(images), None)

    def _show_summary(self, *_: object) -> None:
        images = self._annotator.collection.images if self._annotator.collection else ()
        sizes = sorted({f"{image.pixel_size_um:.4g}" for image in images if image.pixel_size_um is not None})
        with_scale = sum(image.pixel_size_um is not None for image in images)
        text = f"{with_scale} of {count_of(len(images), 'image')} have a scale"
        self.summary.setText(f"{text}: {', '.join(sizes[:5])} µm a pixel." if with_scale else f"{text}.")
