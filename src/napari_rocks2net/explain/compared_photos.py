"""Labelled photos that others are compared with: those of a collection, or those a model was trained on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.annotation import AnnotatedImage, AnnotationCollection, CollectionError, ImageKey
from napari_rocks2net.annotation.field_lines import one_line_a_field
from napari_rocks2net.annotation.sections import guess_section
from napari_rocks2net.explain.photos import Photo
from napari_rocks2net.model_file import ModelFileError, built_in_models, read_card, resolve_model
from napari_rocks2net.samples.columns import FILE, GROUP, REGION, SPLIT
from napari_rocks2net.samples.parts import TRAIN
from napari_rocks2net.training.runs.learned_photos import LearnedPhotos
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError, reading
from napari_rocks2net.views import View

if TYPE_CHECKING:
    import pandas as pd

TRAINING = "the model's training photos"


@dataclass(frozen=True)
class LabelledPhotos:
    """Photos to compare with."""

    photos: tuple[Photo, ...]
    """Whole photos, or regions."""
    labels: tuple[str, ...]
    """One for each."""
    source: str
    """What they are of, in words."""
    sections: Mapping[Path, str] = field(default_factory=dict)
    """The thin sections of these files and of others that are known."""
    pattern: str = ""
    """Finds the thin section in a file name; empty for none."""
    model: str = ""
    """The file of a model that looks at them: that which learned from them, or one of a person's that is
    asked the same; empty for none."""
    learned: LearnedPhotos | None = None
    """What its run keeps of each of them; None where it keeps nothing."""
    noun: str = "photo"
    """What one of them is called."""

    def fields(self, lights: Collection[str]) -> LabelledPhotos:
        """Return each field once, by its first view, without what was photographed in none of some lights."""
        first: dict[tuple[View, ...], int] = {}
        for number, photo in enumerate(self.photos):
            if any(view.light in lights for view in photo.views):
                first.setdefault(photo.views, number)
        photos = tuple(self.photos[number] for number in first.values())
        labels = tuple(self.labels[number] for number in first.values())
        return replace(self, photos=photos, labels=labels, noun="field")

    def section_of(self, key: ImageKey | None) -> str:
        """Return the thin section of an image: that of its file if known, else guessed by the pattern.

        Empty where neither says: then no photo is known to be of its section.
        """
        if key is None:
            return ""
        if key.file in self.sections or not self.pattern:
            return self.sections.get(key.file, "")
        try:
            return guess_section(key.file, self.pattern)
        except CollectionError:
            return ""


def labelled_photos(collection: AnnotationCollection, property: str) -> LabelledPhotos:
    """Return the images of a collection that have a label of a property.

    Parameters
    ----------
    collection : AnnotationCollection
        Regions are left out.
    property : str
        One that the collection need not have; there are no photos then.
    """
    lines = one_line_a_field(image for image in collection.images if property in image.labels)
    photos = [(_photo(image, views), image.labels[property]) for _, views in lines for image in views]
    return LabelledPhotos(
        tuple(photo for photo, _ in photos),
        tuple(label for _, label in photos),
        "the open collection",
        {image.file: image.section for image in collection.images},
        collection.section_pattern,
    )


def _photo(image: AnnotatedImage, views: Sequence[AnnotatedImage]) -> Photo:
    """Return an image of a collection with the views of its field, of which one may say the scale of all."""
    sizes = (each.pixel_size_um for each in (image, *views))
    return Photo(
        image.key,
        image.section,
        micrometres=next((size for size in sizes if size is not None), None),
        views=tuple(View(each.key, each.light, each.angle) for each in views if each.light),
    )


def training_photos(run: Path, property: str) -> LabelledPhotos:
    """Return the photos that a model was trained on, from its run folder.

    Those that the run keeps need not be there any more.

    Parameters
    ----------
    run : Path
        The run folder.
    property : str
        One that the model names.

    Raises
    ------
    RunFolderError
        When the folder is no run's, or its table is damaged.
    """
    folder = RunFolder(run)
    frame = folder.read_samples().frame
    sections = {
        ImageKey.of(file).file: str(group) for file, group in zip(frame[FILE], frame[GROUP], strict=True)
    }
    if property not in frame:
        return LabelledPhotos((), (), TRAINING)
    frame, learned = _learned_rows(folder, frame, property)
    places = zip(frame[FILE], frame[REGION], frame[GROUP], strict=True)
    photos = tuple(Photo(ImageKey.of(file), str(group), region) for file, region, group in places)
    labels = tuple(map(str, frame[property]))
    return LabelledPhotos(photos, labels, TRAINING, sections, model=str(folder.model), learned=learned)


def _learned_rows(
    folder: RunFolder, frame: pd.DataFrame, property: str
) -> tuple[pd.DataFrame, LearnedPhotos | None]:
    """Return the rows of a run's table that have a label and were learned from, and what is kept of them."""
    learned = LearnedPhotos.read(folder) if folder.learned_photos.is_file() else None
    if learned is not None:
        with reading(folder.learned_photos):
            frame = frame.iloc[learned.rows]
        learned = learned.chosen(frame[property].astype(bool).to_numpy())
    elif SPLIT in frame:
        frame = frame[frame[SPLIT] == TRAIN]
    return frame[frame[property].astype(bool)], learned


def photos_to_compare(
    property: str, collection: AnnotationCollection | None, models: Iterable[str]
) -> LabelledPhotos:
    """Return the photos to compare with: labelled ones of a collection, else those a model was trained on.

    Parameters
    ----------
    property : str
        What the answer is about.
    collection : AnnotationCollection or None
        The open one.
    models : iterable of str
        Files of models; that which names the property may lie in its run folder.

    Returns
    -------
    LabelledPhotos
        Perhaps none.
    """
    naming = [model for model in models if _names(model, property)]
    if collection is not None and (own := labelled_photos(collection, property)).photos:
        # A built-in model was drawn for other rock: by its features fewer neighbours are of one class than by
        # texture and colour (docs/results.md).
        own_models = [model for model in naming if resolve_model(model) not in built_in_models().values()]
        return replace(own, model=own_models[0] if own_models else "")
    for model in naming:
        try:
            run = Path(model).parent
            if RunFolder(run).samples.is_file():
                return training_photos(run, property)
        # A built-in model has no run folder, a damaged one says nothing.
        except (RunFolderError, OSError):
            continue
    return LabelledPhotos((), (), "")


def _names(model: str, property: str) -> bool:
    try:
        return property in [each.name for each in read_card(resolve_model(model)).properties]
    # Moved, or damaged since it answered.
    except (ModelFileError, OSError):
        return False
