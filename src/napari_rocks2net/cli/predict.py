"""The verb "predict": images classified into a table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, NoReturn

import typer

from napari_rocks2net.cli.console import note, note_workers, progress, say, say_origin, show_table
from napari_rocks2net.cli.fields import fields_by_name, fields_of_table, is_table
from napari_rocks2net.cli.options import (
    Backend,
    BatchSize,
    Device,
    Model,
    Overwrite,
    Scheduler,
    UmPerPixel,
    require_free,
    takes_settings,
)
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.untrusted import is_folder, storable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from napari_rocks2net.classify import Predictions, RockClassifier
    from napari_rocks2net.classify.classifier import Image
    from napari_rocks2net.evaluation import PredictionFile
    from napari_rocks2net.imaging.reading import PlaneReader
    from napari_rocks2net.imaging.tiff import Plane
    from napari_rocks2net.views import Field

MOST_ROWS_SHOWN = 20


@takes_settings(TrainingConfig, only=("tta",))
def predict(
    model: Model,
    images: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE",
            help="Image files, folders of them, or one CSV that lists them, with columns of views.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="The table to write.")] = Path("predictions.csv"),
    also: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL", help="One more model for the same images; can be repeated.", show_default=False
        ),
    ] = None,
    light_example: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=LIGHT",
            help="How names say the light, for a model of fields: two of one field or more, such as "
            "'12a.jpg=PPL' and '12b.jpg=XPL'.",
            show_default=False,
        ),
    ] = None,
    device: Device = "auto",
    backend: Backend = "auto",
    scheduler: Scheduler = None,
    batch_size: BatchSize = 8,
    um_per_pixel: UmPerPixel = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the table of an interrupted run.")
    ] = False,
    overwrite: Overwrite = False,
    **settings: Any,
) -> None:
    """Classify images: class, probabilities and critical area of each, as a table.

    Every page of a file of several pages and every plane of a stack has its row, and the column "plane" says
    which it is, counted from 0; red, green and blue stored as three pages are one photo. The table grows with
    every image; after an interruption the same command with --resume goes on, if the model is the same.
    Images that cannot be read are listed on standard error and left out. Where a model knows the scale of the
    photos that it learned from, photos that say theirs are brought to it.

    A model of fields gives each field one answer, by the lights in the column "views". Which photos are views
    of one field a CSV says in its columns field, light and angle, or the names of files and folders.
    """
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.evaluation import PredictionFile
    from napari_rocks2net.imaging import ImageError
    from napari_rocks2net.model_file import fingerprint, read_card, resolve_model
    from napari_rocks2net.pixel_scale import PixelSize

    tables = [path for path in images if is_table(path)]
    if tables and len(images) > 1:
        raise typer.BadParameter(f"{tables[0]} is a table: give it alone.")
    files = tables or find_images(images)
    require_free([out], overwrite or resume, [*files, Path(model)], "go on with --resume, ")
    note_passed_over([] if tables else images)
    classifier = RockClassifier.load(model, *(also or []), device=device, backend=backend, **settings)
    if scheduler is None:
        note(classifier.device.reason)
    cards = {fingerprint(file): read_card(file) for file in map(resolve_model, [model, *(also or [])])}
    for card in cards.values():
        if card.expected_scale:
            note(card.expected_scale)
    # A table's rows are of one way to answer, too.
    way = " tta" if settings["tta"] else ""
    if um_per_pixel is not None:
        way += f" {PixelSize(um_per_pixel, '--um-per-pixel').micrometres:g} µm"
    models = {each.name: f"{file}{way}" for file, card in cards.items() for each in card.properties}
    of_fields = bool(tables) or any(card.lights for card in cards.values())
    table = PredictionFile(out, classifier.properties, models, resume=resume, of_fields=of_fields)
    if table.done:
        note(f"{len(table.done)} images are in {out} already.")
    subjects: Sequence[Path | Field] = files
    if of_fields:
        subjects = fields_of_table(tables[0]) if tables else fields_by_name(files, light_example or [])
    with _predictor(classifier, scheduler) as predictor:
        rows, classified, failed = _classify(predictor, subjects, batch_size, table, um_per_pixel)
    if failed and not classified + len(table.done):
        raise ImageError("None of the images could be read.")
    if 0 < len(rows) <= MOST_ROWS_SHOWN:
        optional = [name for name in ("plane", "field", "views") if any(row.get(name) for row in rows)]
        columns = ["file", *optional, "property", "label"]
        cells = [[*(row.get(name, "") for name in columns), f"{row['probability']:.3f}"] for row in rows]
        show_table([*columns, "probability"], cells)
    say_origin(model.card for model in classifier.models)
    left_out = f", {failed} left out" if failed else ""
    in_table = classified + len(table.done)
    what = "fields" if of_fields else "images"
    say(f"Wrote {out}: {in_table} of {in_table + failed} {what} classified{left_out}.")


def find_images(paths: Sequence[Path]) -> list[Path]:
    """Return the files as given, and the images in the folders among them.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Files and folders.

    Raises
    ------
    ImageError
        When there is no image.
    """
    from napari_rocks2net.imaging import ImageError, list_images

    files: list[Path] = []
    for path in paths:
        images = list_images(path) if is_folder(path) else [path]
        if not images and len(paths) == 1:
            raise ImageError(f"{path} holds no image: give files or a folder with images.")
        if not images:
            note(f"Left out: {path} holds no image.")
        files.extend(images)
    if not files:
        raise ImageError("None of the folders holds an image: give files or folders with images.")
    return files


def note_passed_over(paths: Sequence[Path]) -> None:
    """Say which files of the folders among some paths are of other formats, and not looked at."""
    from napari_rocks2net.imaging import passed_over_sentence

    for sentence in filter(None, map(passed_over_sentence, filter(is_folder, paths))):
        note(sentence)


@dataclass(frozen=True)
class Predictor:
    """What classifies many images, and how it wants them.

    Parameters
    ----------
    predict_many : callable
        Of a `RockClassifier` or a `DistributedClassifier`.
    knows_scale : bool
        See `RockClassifier.knows_scale`.
    pixel_size_of : callable
        See `RockClassifier.pixel_size_of`.
    image_of : callable
        Makes an image of it of a file, one of its planes, and what reads that while the file is open.
    """

    predict_many: Callable[..., Iterator[Predictions | None]]
    knows_scale: bool
    pixel_size_of: Callable[[Path], float | None]
    image_of: Callable[[Path, Plane, PlaneReader], Image]


@contextmanager
def _predictor(classifier: RockClassifier, scheduler: str | None) -> Iterator[Predictor]:
    """Let this computer classify, or the workers of a scheduler."""
    from napari_rocks2net.classify import DistributedClassifier, SharedFile
    from napari_rocks2net.cluster import connect

    scale = classifier.knows_scale, classifier.pixel_size_of
    if scheduler is None:
        yield Predictor(classifier.predict_many, *scale, _image_here)
        return
    with connect(scheduler) as client, DistributedClassifier(classifier, client) as distributed:
        note_workers(distributed.workers.count, scheduler)
        yield Predictor(distributed.predict_many, *scale, lambda file, plane, _: SharedFile.of(file, plane))
        for sentence in sorted(distributed.devices):
            note(f"On workers: {sentence}")


def _image_here(file: Path, plane: Plane, read: PlaneReader) -> Image:
    """Return the file of a photo; a plane of a stack is read at once, for only now is the stack open."""
    return _read_now(partial(read, plane)) if plane else file


class Picture(NamedTuple):
    """One page or plane of the file with a number: what the classifier takes of it."""

    number: int
    file: Path
    plane: Plane
    image: Image
    field: str = ""


def _pictures(
    files: Sequence[Path | Field], done: Collection[tuple[str, str]], predictor: Predictor
) -> Iterator[Picture]:
    """Yield the pictures that are not done as they are asked for."""
    from napari_rocks2net.evaluation import plane_cell
    from napari_rocks2net.imaging import ImageError, open_planes
    from napari_rocks2net.views import Field

    for number, file in enumerate(files):
        if isinstance(file, Field):
            first = Path(file.views[0].file)
            if (storable(str(first)), "") not in done:
                yield Picture(number, first, (), file, file.name)
            continue
        cell = storable(str(file))
        try:
            with open_planes(file) as (planes, read):
                for plane in planes:
                    if (cell, plane_cell(plane)) not in done:
                        yield Picture(number, file, plane, predictor.image_of(file, plane, read))
        # Reading it says what is wrong.
        except ImageError:
            yield Picture(number, file, (), file)


def _read_now(read: Callable[[], npt.NDArray[np.uint8]]) -> Callable[[], npt.NDArray[np.uint8]]:
    """Return what gives the picture that is read now, or raises the error that it met."""
    from napari_rocks2net.imaging import ImageError

    try:
        picture = read()
    except ImageError as error:
        return partial(_raise, error)
    return lambda: picture


def _raise(error: Exception) -> NoReturn:
    raise error


def _classify(
    predictor: Predictor,
    files: Sequence[Path | Field],
    batch_size: int,
    table: PredictionFile,
    um_per_pixel: float | None,
) -> tuple[list[dict[str, Any]], int, int]:
    """Write the rows of the table; return the first of them, and how many images are in it and missing."""
    from napari_rocks2net.classify import ScaleCount

    rows: list[dict[str, Any]] = []
    failures: list[int] = []
    classified = 0

    def report(index: int, error: Exception) -> None:
        """Take note of an image that cannot be read."""
        failures.append(index)
        note(f"Left out: {error}")

    pictures, to_read, to_scale = tee(_pictures(files, table.done, predictor), 3)
    scales = ScaleCount()
    images = (picture.image for picture in to_read)
    sizes = (um_per_pixel or predictor.pixel_size_of(picture.file) for picture in to_scale)
    results = predictor.predict_many(images, batch_size=batch_size, pixel_sizes=sizes, on_error=report)
    with progress("Classifying") as show:
        for picture, predictions in zip(pictures, results, strict=True):
            if predictions is not None:
                classified += 1
                scales.add(predictions)
                shown = table.append(picture.file, predictions, picture.plane, picture.field)
                rows += shown if len(rows) <= MOST_ROWS_SHOWN else []
            show(picture.number + 1, len(files))
    if predictor.knows_scale and scales.sentence():
        note(scales.sentence())
    return rows, classified, len(failures)
