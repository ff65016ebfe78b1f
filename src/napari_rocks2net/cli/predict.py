"""The verb "predict": images classified into a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from napari_rocks2net.untrusted import is_folder

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.evaluation import PredictionFile
    from napari_rocks2net.evaluation.batch import Predictor
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
    from napari_rocks2net.evaluation.batch import models_of_properties
    from napari_rocks2net.imaging import ImageError
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
    for sentence in filter(None, (each.card.expected_scale for each in classifier.models)):
        note(sentence)
    # A table's rows are of one way to answer, too.
    way = " tta" if settings["tta"] else ""
    if um_per_pixel is not None:
        way += f" {PixelSize(um_per_pixel, '--um-per-pixel').micrometres:g} µm"
    models = models_of_properties([model, *(also or [])], way)
    of_fields = bool(tables) or any(each.card.lights for each in classifier.models)
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
    failures = f", {failed} left out" if failed else ""
    in_table = classified + len(table.done)
    unit = "fields" if of_fields else "images"
    say(f"Wrote {out}: {in_table} of {in_table + failed} {unit} classified{failures}.")


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


@contextmanager
def _predictor(classifier: RockClassifier, scheduler: str | None) -> Iterator[Predictor]:
    """Let this computer classify, or the workers of a scheduler."""
    from napari_rocks2net.classify import DistributedClassifier, SharedFile
    from napari_rocks2net.cluster import connect
    from napari_rocks2net.evaluation.batch import Predictor

    if scheduler is None:
        yield Predictor.here(classifier)
        return
    scale = classifier.knows_scale, classifier.pixel_size_of
    with connect(scheduler) as client, DistributedClassifier(classifier, client) as distributed:
        note_workers(distributed.workers.count, scheduler)
        yield Predictor(distributed.predict_many, *scale, lambda file, plane, _: SharedFile.of(file, plane))
        for sentence in sorted(distributed.devices):
            note(f"On workers: {sentence}")


def _classify(
    predictor: Predictor,
    files: Sequence[Path | Field],
    batch_size: int,
    table: PredictionFile,
    um_per_pixel: float | None,
) -> tuple[list[dict[str, Any]], int, int]:
    """Write the rows of the table; return the first of them, and how many images are in it and missing."""
    from napari_rocks2net.classify import ScaleCount
    from napari_rocks2net.evaluation.batch import iterate_batch

    rows: list[dict[str, Any]] = []
    failures: list[Exception] = []
    classified = 0

    def report(error: Exception) -> None:
        """Take note of an image that cannot be read."""
        failures.append(error)
        note(f"Left out: {error}")

    steps = iterate_batch(
        predictor, files, table, batch_size=batch_size, um_per_pixel=um_per_pixel, on_error=report
    )
    scales = ScaleCount()
    with progress("Classifying") as show:
        for step in steps:
            if step.predictions is not None:
                classified += 1
                scales.add(step.predictions)
                rows += step.rows if len(rows) <= MOST_ROWS_SHOWN else []
            show(step.picture.number + 1, len(files))
    if predictor.knows_scale and scales.sentence():
        note(scales.sentence())
    return rows, classified, len(failures)
