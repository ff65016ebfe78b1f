"""Nearest labelled photos, of a collection or of a model's training set."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_rocks2net.annotation import AnnotationCollection, CollectionError, ImageKey
from napari_rocks2net.annotation.sections import guess_section
from napari_rocks2net.explain.photos import DescribedPhoto, Photo, PhotoShelf
from napari_rocks2net.explain.resemblance import nearest
from napari_rocks2net.iteration import Progress
from napari_rocks2net.model_file import ModelFileError, read_card, resolve_model
from napari_rocks2net.samples.columns import FILE, GROUP, REGION, SPLIT
from napari_rocks2net.samples.parts import TRAIN
from napari_rocks2net.training.learned_photos import LearnedPhotos
from napari_rocks2net.training.run_folder import RunFolder, RunFolderError, reading
from napari_rocks2net.wording import count_of

MOST_NEIGHBOURS = 8
TRAINING = "the model's training photos"
BY_LOOKS, BY_MODEL = "by texture and colour", "by the model's own features"
NOTHING = (
    "There is nothing to compare with: open a collection with labels of {property} in Annotate, or "
    "classify with a model that is still in its run folder."
)
NO_SECTION = " Its own section is not known: some may be of it."


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
    """The file of a model that looks at them: that which learned from them, or one that is asked the same;
    empty for none."""
    learned: LearnedPhotos | None = None
    """What its run keeps of each of them; None where it keeps nothing."""

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


@dataclass(frozen=True, eq=False)
class Resembling:
    """A labelled photo that looks alike."""

    described: DescribedPhoto
    """The photo and what it looks like."""
    label: str
    """Its class."""
    distance: float
    """See `napari_rocks2net.explain.Neighbour`."""


def labelled_photos(collection: AnnotationCollection, property: str) -> LabelledPhotos:
    """Return the images of a collection that have a label of a property.

    Parameters
    ----------
    collection : AnnotationCollection
        Regions are left out.
    property : str
        One that the collection need not have; there are no photos then.
    """
    images = [image for image in collection.images if property in image.labels]
    return LabelledPhotos(
        tuple(Photo(image.key, image.section, micrometres=image.pixel_size_um) for image in images),
        tuple(image.labels[property] for image in images),
        "the open collection",
        {image.file: image.section for image in collection.images},
        collection.section_pattern,
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
    learned = LearnedPhotos.read(folder) if folder.learned_photos.is_file() else None
    if learned is not None:
        with reading(folder.learned_photos):
            frame = frame.iloc[learned.rows]
        learned = learned.chosen(frame[property].astype(bool).to_numpy())
    elif SPLIT in frame:
        frame = frame[frame[SPLIT] == TRAIN]
    frame = frame[frame[property].astype(bool)]
    rows = zip(frame[FILE], frame[REGION], frame[GROUP], frame[property], strict=True)
    photos = [
        (Photo(ImageKey.of(file), str(group), region), str(label)) for file, region, group, label in rows
    ]
    return LabelledPhotos(
        tuple(photo for photo, _ in photos),
        tuple(label for _, label in photos),
        TRAINING,
        sections,
        model=str(folder.model),
        learned=learned,
    )


@dataclass(frozen=True, eq=False)
class Likeness:
    """Photos that a photo resembles, and a sentence about them."""

    neighbours: tuple[Resembling, ...]
    """The nearest first."""
    sentence: str
    """What they are of, and what was left out."""


def resembling(
    shelf: PhotoShelf,
    labelled: LabelledPhotos,
    rgb: npt.NDArray[np.uint8],
    section: str,
    count: int = MOST_NEIGHBOURS,
) -> Generator[Progress, None, Likeness]:
    """Find the labelled photos that look most like one, by texture and colour.

    Parameters
    ----------
    shelf : PhotoShelf
        Keeps what was described before.
    labelled : LabelledPhotos
        Photos to compare with; those that cannot be read are left out.
    rgb : numpy.ndarray
        (Y, X, 3) uint8, the photo that is asked about.
    section : str
        Its thin section, whose photos are left out; empty where it is not known.
    count : int
        How many at most.

    Yields
    ------
    Progress
        Of the photos that are described.

    Returns
    -------
    Likeness
        The nearest photos and a sentence about them.
    """
    return (yield from _nearest_of(shelf, labelled, shelf.row_of(rgb), section, BY_LOOKS, count))


def resembling_to_model(
    shelf: PhotoShelf,
    labelled: LabelledPhotos,
    features: npt.NDArray[np.floating],
    section: str,
    count: int = MOST_NEIGHBOURS,
) -> Generator[Progress, None, Likeness]:
    """Find the labelled photos that look most like one to a model, whether or not it learned from them.

    Parameters
    ----------
    shelf : PhotoShelf
        Looks at photos as the model does, and keeps what was described before.
    labelled : LabelledPhotos
        Photos to compare with; those that cannot be read are left out.
    features : numpy.ndarray
        (F,) by the model, of the photo that is asked about.
    section, count
        See `resembling`.

    Yields
    ------
    Progress
        Of the photos that the model looks at.

    Returns
    -------
    Likeness
        The nearest photos and a sentence about them.
    """
    return (yield from _nearest_of(shelf, labelled, features.astype(float), section, BY_MODEL, count))


def _nearest_of(
    shelf: PhotoShelf,
    labelled: LabelledPhotos,
    row: npt.NDArray[np.float64],
    section: str,
    way: str,
    count: int,
) -> Generator[Progress, None, Likeness]:
    label_of = dict(zip(labelled.photos, labelled.labels, strict=True))
    described = yield from shelf.describe(labelled.photos)
    photos = described.photos
    sections = [each.photo.section for each in photos]
    neighbours = [
        Resembling(photos[each.index], label_of[photos[each.index].photo], each.distance)
        for each in nearest(described.rows, sections, row, section, count)
    ]
    return _likeness(neighbours, labelled, section, way, described.note)


def resembling_learned(
    labelled: LabelledPhotos, features: npt.NDArray[np.floating], section: str, count: int = MOST_NEIGHBOURS
) -> Likeness:
    """Find the photos that a model learned from that look most like one to the model.

    Parameters
    ----------
    labelled : LabelledPhotos
        Whose run keeps something of each.
    features : numpy.ndarray
        (F,) by the model, of the photo that is asked about.
    section, count
        See `resembling`.

    Returns
    -------
    Likeness
        The nearest photos and a sentence about them.
    """
    assert labelled.learned is not None
    rows = labelled.learned.features.astype(np.float64)
    sections = [each.section for each in labelled.photos]
    neighbours = [
        Resembling(
            DescribedPhoto(labelled.photos[at], rows[at], labelled.learned.thumbnails[at]),
            labelled.labels[at],
            each.distance,
        )
        for each in nearest(rows, sections, features.astype(np.float64), section, count)
        for at in [each.index]
    ]
    return _likeness(neighbours, labelled, section, BY_MODEL)


def _likeness(
    neighbours: Sequence[Resembling], labelled: LabelledPhotos, section: str, way: str, note: str = ""
) -> Likeness:
    sentence = f"{count_of(len(neighbours), 'photo')} of {labelled.source}, the most alike first, {way}."
    if not neighbours:
        sentence = f"No photo of {labelled.source} is of another section and can be read."
    return Likeness(tuple(neighbours), sentence + ("" if section else NO_SECTION) + note)


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
        return replace(own, model=naming[0] if naming else "")
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


@dataclass(frozen=True, eq=False)
class ModelLook:
    """How a model looks at photos."""

    features: npt.NDArray[np.floating]
    """(F,) of the photo that is asked about."""
    shelf: PhotoShelf
    """Makes the same of others."""


def find_likeness(
    shelf: PhotoShelf,
    labelled: LabelledPhotos,
    property: str,
    read: Callable[[], npt.NDArray[np.uint8]],
    key: ImageKey | None,
    look: Callable[[], ModelLook | None] | None = None,
) -> Generator[Progress, None, Likeness]:
    """Find what a photo resembles, as a job: to the model that answered, else by its looks.

    Parameters
    ----------
    shelf : PhotoShelf
        Keeps what was described before by texture and colour.
    labelled : LabelledPhotos
        Photos to compare with, perhaps none.
    property : str
        What they are labelled with.
    read : callable
        Returns the photo, (Y, X, 3) uint8.
    key : ImageKey or None
        Its file, where it is known.
    look : callable, optional
        Returns how the model of the photos to compare with looks at photos; None where it has no features
        of single photos. It is called where there is such a model.

    Yields
    ------
    Progress
        Of the photos that are described.

    Returns
    -------
    Likeness
        The nearest photos and a sentence about them.
    """
    if not labelled.photos:
        return Likeness((), NOTHING.format(property=property))
    section = labelled.section_of(key)
    yield Progress(activity="Looking at the photo")
    model = look() if look is not None and labelled.model else None
    learned = labelled.learned
    if model is not None and learned is None:
        return (yield from resembling_to_model(model.shelf, labelled, model.features, section))
    if model is not None and learned is not None and model.features.shape == learned.features.shape[1:]:
        return resembling_learned(labelled, model.features, section)
    return (yield from resembling(shelf, labelled, read(), section))
