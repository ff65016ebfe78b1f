"""Batch prediction: many photos or fields into a table that grows, photo by photo, and can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Self

from napari_rocks2net.classify import Predictions, RockClassifier
from napari_rocks2net.evaluation.tables import PredictionFile, plane_cell
from napari_rocks2net.imaging import ImageError, open_planes
from napari_rocks2net.model_file import fingerprint, read_card, resolve_model
from napari_rocks2net.untrusted import storable
from napari_rocks2net.views import Field

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from napari_rocks2net.classify.input_images import Image
    from napari_rocks2net.imaging.reading import PlaneReader
    from napari_rocks2net.imaging.tiff import Plane


@dataclass(frozen=True)
class Predictor:
    """Predictor of many images, and how it takes them."""

    # Of a `RockClassifier` or a `DistributedClassifier`.
    predict_many: Callable[..., Iterator[Predictions | None]]
    knows_scale: bool  # See `RockClassifier.knows_scale`.
    pixel_size_of: Callable[..., float | None]  # See `RockClassifier.pixel_size_of`.
    # Makes an image of it of a file, one of its planes, and what reads that while the file is open.
    image_of: Callable[[Path, Plane, PlaneReader], Image]

    @classmethod
    def here(cls, classifier: RockClassifier) -> Self:
        """Return the one of this computer alone."""
        scale = classifier.knows_scale, classifier.pixel_size_of
        return cls(classifier.predict_many, *scale, _image_here)


class Picture(NamedTuple):
    """One page or plane of the file with a number, or a field: what the classifier takes of it."""

    number: int
    file: Path
    plane: Plane
    image: Image
    field: str = ""


@dataclass(frozen=True)
class BatchStep:
    """Step of a batch: one picture that was classified or could not be read."""

    picture: Picture  # Which.
    predictions: Predictions | None  # None where it could not be read.
    # What was written about it; see `PredictionFile.append`.
    rows: list[dict[str, Any]] = field(default_factory=list)


def models_of_properties(models: Sequence[str], way: str = "") -> dict[str, str]:
    """Return the fingerprints in the rows of a `PredictionFile`: property -> fingerprint of its model.

    Parameters
    ----------
    models : sequence of str
        Files or names.
    way : str
        What else must not change within a table, such as " tta".
    """
    cards = {fingerprint(file): read_card(file) for file in map(resolve_model, models)}
    return {each.name: f"{file}{way}" for file, card in cards.items() for each in card.properties}


def iterate_batch(
    predictor: Predictor,
    files: Sequence[Path | Field],
    table: PredictionFile,
    *,
    batch_size: int = 8,
    um_per_pixel: float | None = None,
    on_error: Callable[[Exception], None] = lambda _: None,
) -> Iterator[BatchStep]:
    """Classify what is not in a table yet, and write each answer before the next is looked at.

    Parameters
    ----------
    predictor : Predictor
        By what.
    files : sequence of Path or Field
        Photos, files of several planes, or fields.
    table : PredictionFile
        Where the rows go.
    batch_size : int
        Images in one pass through the network.
    um_per_pixel : float, optional
        Of all photos, in place of what each says.
    on_error : callable
        Takes the error of each image that cannot be read.

    Yields
    ------
    BatchStep
        In the order of the files.
    """
    pictures, to_read, to_scale = tee(_pictures(files, table.done, predictor), 3)
    images = (picture.image for picture in to_read)
    sizes = (
        um_per_pixel
        or predictor.pixel_size_of(picture.image if picture.field else picture.file, plane=picture.plane)
        for picture in to_scale
    )
    results = predictor.predict_many(
        images, batch_size=batch_size, pixel_sizes=sizes, on_error=lambda _, error: on_error(error)
    )
    with closing(table):
        for picture, predictions in zip(pictures, results, strict=True):
            place = picture.plane, picture.field
            rows = [] if predictions is None else table.append(picture.file, predictions, *place)
            yield BatchStep(picture, predictions, rows)


def _image_here(file: Path, plane: Plane, read: PlaneReader) -> Image:
    """Return the file of a photo; a plane of a stack is read at once, for only now is the stack open."""
    return _read_now(partial(read, plane)) if plane else file


def _pictures(
    files: Sequence[Path | Field], written: Collection[tuple[str, str]], predictor: Predictor
) -> Iterator[Picture]:
    """Yield the pictures that are not done as they are asked for."""
    for number, file in enumerate(files):
        if isinstance(file, Field):
            first = Path(file.views[0].file)
            if (storable(str(first)), "") not in written:
                yield Picture(number, first, (), file, file.name)
            continue
        cell = storable(str(file))
        try:
            with open_planes(file) as (planes, read):
                for plane in planes:
                    if (cell, plane_cell(plane)) not in written:
                        yield Picture(number, file, plane, predictor.image_of(file, plane, read))
        # Reading it says what is wrong.
        except ImageError:
            yield Picture(number, file, (), file)


def _read_now(read: Callable[[], npt.NDArray[np.uint8]]) -> Callable[[], npt.NDArray[np.uint8]]:
    """Return what gives the picture that is read now, or raises the error that it met."""
    try:
        picture = read()
    except ImageError as error:
        return partial(_raise, error)
    return lambda: picture


def _raise(error: Exception) -> NoReturn:
    raise error
