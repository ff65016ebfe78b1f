"""Resemblance strip: the labelled photos that look most like the one that was asked about."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.iteration import Progress
from napari_rocks2net.plugin.commands import open_annotator
from napari_rocks2net.plugin.look.controls import button, column
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.thumbnails import Thumbnail, Thumbnails
from napari_rocks2net.plugin.work.model_choice import ModelChoice
from napari_rocks2net.plugin.work.opened_photos import OpenedPhotos

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.explain import PhotoCache, Resembling
    from napari_rocks2net.explain.nearest_photos import ModelFeatures, SimilarPhotos
    from napari_rocks2net.plugin.layers.result_table import ResultRow


class ResemblanceStrip(QWidget):
    """Shows what the photo of an answer resembles, once it is asked to.

    Attributes
    ----------
    ask : QPushButton
        Pressed while photos are looked for or shown; it stands where the owner puts it.
    models_of : callable
        Returns the files of the models that gave an answer.

    Signals
    -------
    message : (str)
    """

    message = Signal(str)

    def __init__(self, viewer: Any) -> None:
        super().__init__()
        self._viewer = viewer
        self._row: ResultRow | None = None
        self._photo_cache: PhotoCache | None = None
        # As the model looks at them that was asked last.
        self._looked_at: tuple[RockClassifier, str, PhotoCache] | None = None
        self.models_of: Callable[[ResultRow], tuple[str, ...]] = lambda row: ()
        self._photos = OpenedPhotos(viewer, self.message.emit)
        self._models, self.jobs = ModelChoice(), JobBar()
        self.ask = button(
            "What it resembles",
            "Show the labelled photos that look most alike: of the collection open in Annotate, else of "
            "the model's own training; by the model's own features where it has some, else by texture and "
            "colour. Photos of its own section are left out.",
            self._toggled,
        )
        self.ask.setCheckable(True)
        self.ask.setEnabled(False)
        self.strip = Thumbnails("Class, section and distance. Click a photo to open it.", one_row=True)
        self.strip.hide()
        column(self, self.jobs, self.strip)
        self.jobs.message.connect(self.message)
        self.jobs.running_changed.connect(self._running_changed)
        self.strip.opened.connect(lambda photo: self._photos.show([photo.key]))

    def show_answer(self, row: ResultRow | None) -> None:
        """Turn to the photo of another answer; None of none."""
        if row is self._row:
            return
        self._row = row
        pressed = self.ask.isChecked()
        self.jobs.cancel()
        self.ask.setEnabled(row is not None)
        self.ask.setChecked(pressed and row is not None)
        self.strip.clear()
        self._toggled()

    def _toggled(self) -> None:
        active = self.ask.isChecked() and self._row is not None
        self.strip.setVisible(active)
        if not active:
            self.jobs.cancel()
        elif not self.strip.count():
            self._find()

    def _find(self) -> None:
        row = self._row
        assert row is not None
        name = row.prediction.property
        annotator = open_annotator(self._viewer)
        collection = annotator.collection if annotator is not None else None
        files, models = self.models_of(row), self._models
        from napari_rocks2net.explain import PhotoCache
        from napari_rocks2net.explain.compared_photos import photos_to_compare
        from napari_rocks2net.explain.nearest_photos import find_similar_photos

        self._photo_cache = self._photo_cache or PhotoCache()
        photo_cache = self._photo_cache

        origin = row.plane.origin
        key = ImageKey.of(*origin) if origin is not None else None

        def work() -> Generator[Progress, None, SimilarPhotos]:
            """Look for the labelled photos, then compare."""
            labelled = photos_to_compare(name, collection, files)

            def look() -> ModelFeatures | None:
                """Return how the model looks at photos."""
                return self._look(models.classifier_loader([labelled.model])(), row)

            return find_similar_photos(photo_cache, labelled, name, row.plane.read, key, look)

        self.jobs.run(work, self._show)

    def _look(self, classifier: RockClassifier, row: ResultRow) -> ModelFeatures | None:
        """Return how a model looks at a photo or field, and at others; None where it has no features."""
        from napari_rocks2net.explain import PhotoCache
        from napari_rocks2net.explain.nearest_photos import ModelFeatures, features_by

        name = row.prediction.property
        image = row.plane.image_for(classifier) if classifier.lights else row.plane.read
        features = classifier.features(image, name, pixel_size=row.plane.pixel_size)
        if features is None:
            return None
        looked_at = self._looked_at
        if looked_at is None or looked_at[:2] != (classifier, name):
            self._looked_at = looked_at = classifier, name, PhotoCache(features_by(classifier, name))
        return ModelFeatures(features, looked_at[2], classifier.lights)

    def _running_changed(self, running: bool) -> None:
        """Let the button be pressed only while photos are looked for or shown."""
        if not running and not self.strip.count():
            self.ask.setChecked(False)
            self.strip.hide()

    def _show(self, similar_photos: SimilarPhotos) -> None:
        self.strip.show_thumbnails([_thumbnail(each) for each in similar_photos.neighbours])
        self.ask.setChecked(bool(similar_photos.neighbours))
        self.strip.setVisible(bool(similar_photos.neighbours))
        self.message.emit(similar_photos.sentence)


def _thumbnail(each: Resembling) -> Thumbnail:
    photo = each.described.photo
    tip = (
        f"{photo.name}\n{each.label}, section {photo.section}\n"
        f"distance {each.distance:.2f}: about 1.4 between photos picked blindly"
    )
    text = f"{each.label}\n{each.distance:.1f}\n{photo.section}"
    return Thumbnail(each.described.thumbnail, text, tip, photo)
