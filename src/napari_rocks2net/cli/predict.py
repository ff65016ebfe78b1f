"""Command `predict`: images classified into a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from napari_rocks2net.cli.console import (
    note_workers,
    print_line,
    print_note,
    print_origin,
    progress,
    show_table,
)
from napari_rocks2net.cli.fields import fields_by_name, fields_of_table, is_table
from napari_rocks2net.cli.images import find_images, note_passed_over
from napari_rocks2net.cli.options import (
    Backend,
    BatchSize,
    Device,
    Encoding,
    Model,
    Overwrite,
    Scheduler,
    UmPerPixel,
    require_free,
    required,
    takes_settings,
    unset,
)
from napari_rocks2net.output_files import PREDICTIONS_FILE
from napari_rocks2net.samples.columns import FIELD, FILE, LABEL, PAGE, PROBABILITY, PROPERTY, VIEWS
from napari_rocks2net.training.config import TrainingConfig

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.evaluation import PredictionFile
    from napari_rocks2net.evaluation.batch import BatchStep, Predictor
    from napari_rocks2net.views import Field

MOST_ROWS_SHOWN = 20
Images = Annotated[
    list[Path],
    required(
        metavar="IMAGE",
        help="Image files, folders of them, or one CSV that lists them, with columns of views.",
    ),
]
Also = Annotated[
    list[str] | None, unset(metavar="MODEL", help="One more model for the same images; can be repeated.")
]
LightExamples = Annotated[
    list[str] | None,
    unset(
        metavar="NAME=LIGHT",
        help="How names say the light, for a model of fields: two of one field or more, such as "
        "'12a.jpg=PPL' and '12b.jpg=XPL'.",
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the table of an interrupted run.")]


@takes_settings(TrainingConfig, only=("tta",))
def predict(
    model: Model,
    images: Images,
    out: Annotated[Path, typer.Option(help="The table to write.")] = Path(PREDICTIONS_FILE),
    also: Also = None,
    light_example: LightExamples = None,
    encoding: Encoding = None,
    device: Device = "auto",
    backend: Backend = "auto",
    scheduler: Scheduler = None,
    batch_size: BatchSize = 8,
    um_per_pixel: UmPerPixel = None,
    resume: Resume = False,
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
    table_of_fields = _table_alone(images)
    files = [table_of_fields] if table_of_fields else find_images(images)
    require_free([out], overwrite or resume, [*files, Path(model)], "go on with --resume, ")
    note_passed_over([] if table_of_fields else images)

    # After the checks of the input, which take no torch.
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.evaluation import PredictionFile
    from napari_rocks2net.evaluation.batch import models_of_properties

    models = [model, *(also or [])]
    classifier = RockClassifier.load(*models, device=device, backend=backend, **settings)
    _note_classifier(classifier, scheduler)
    of_fields = table_of_fields is not None or any(each.card.lights for each in classifier.models)
    own = models_of_properties(models, _prediction_method(settings["tta"], um_per_pixel))
    table = PredictionFile(out, classifier.properties, own, resume=resume, of_fields=of_fields)
    # Another process may have written it while the models were loaded.
    require_free([out], overwrite or resume, hint="go on with --resume, ")
    subjects: Sequence[Path | Field] = files
    if of_fields:
        subjects = _fields(files, table_of_fields, encoding, light_example)
    with _predictor(classifier, scheduler) as predictor:
        batch = _classify(predictor, subjects, table, batch_size=batch_size, um_per_pixel=um_per_pixel)
    _show(batch.rows)
    print_origin(each.card for each in classifier.models)
    print_line(f"Wrote {out}: {batch.count_of('fields' if of_fields else 'images')}.")


def _table_alone(images: Sequence[Path]) -> Path | None:
    """Return the table among the inputs, None where there is none; beside it nothing else may be given."""
    tables = [path for path in images if is_table(path)]
    if tables and len(images) > 1:
        raise typer.BadParameter(f"{tables[0]} is a table: give it alone.")
    return tables[0] if tables else None


def _fields(
    files: Sequence[Path], table: Path | None, encoding: str | None, light_example: Sequence[str] | None
) -> Sequence[Field]:
    """Return the fields that a table names, or the names of files and folders."""
    return fields_of_table(table, encoding) if table else fields_by_name(files, light_example or [])


def _note_classifier(classifier: RockClassifier, scheduler: str | None) -> None:
    """Say which device answers, and at which scale the models learned."""
    if scheduler is None:
        print_note(classifier.device.reason)
    for sentence in filter(None, (each.card.expected_scale for each in classifier.models)):
        print_note(sentence)


def _prediction_method(tta: bool, um_per_pixel: float | None) -> str:
    """Return what tells rows of one way to answer from those of another: a table is of one way."""
    from napari_rocks2net.pixel_scale import PixelSize

    turned = " tta" if tta else ""
    if um_per_pixel is None:
        return turned
    return f"{turned} {PixelSize(um_per_pixel, '--um-per-pixel').micrometres:g} µm"


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
            print_note(f"On workers: {sentence}")


class _Batch:
    """Outcome of a batch so far: its first rows, and how many images the table holds and lacks."""

    def __init__(self, in_table: int, knows_scale: bool) -> None:
        from napari_rocks2net.classify import AnswerNotes

        self.in_table, self.failed = in_table, 0
        self.rows: list[dict[str, Any]] = []
        self.notes = AnswerNotes(knows_scale)

    def add(self, step: BatchStep) -> None:
        """Count an image, and keep the first rows."""
        if step.predictions is not None:
            self.in_table += 1
            self.notes.add(step.predictions)
            self.rows += step.rows if len(self.rows) <= MOST_ROWS_SHOWN else []

    def leave_out(self, error: Exception) -> None:
        """Count an image that cannot be read, and say why."""
        self.failed += 1
        print_note(f"Left out: {error}")

    def count_of(self, unit: str) -> str:
        """Return how many of the images or fields are classified."""
        failures = f", {self.failed} left out" if self.failed else ""
        return f"{self.in_table} of {self.in_table + self.failed} {unit} classified{failures}"


def _classify(
    predictor: Predictor, files: Sequence[Path | Field], table: PredictionFile, **options: Any
) -> _Batch:
    """Write the rows of the table; an ImageError where it stays empty. The options are of `iterate_batch`."""
    from napari_rocks2net.evaluation.batch import iterate_batch
    from napari_rocks2net.imaging import ImageError

    batch = _Batch(len(table.done), predictor.knows_scale)
    if batch.in_table:
        print_note(f"{batch.in_table} images are in {table.path} already.")
    with progress("Classifying") as show:
        for step in iterate_batch(predictor, files, table, on_error=batch.leave_out, **options):
            batch.add(step)
            show(step.picture.number + 1, len(files))
    for sentence in batch.notes.sentences():
        print_note(sentence)
    if batch.failed and not batch.in_table:
        raise ImageError("None of the images could be read.")
    return batch


def _show(rows: Sequence[dict[str, Any]]) -> None:
    """Print the rows of a few images."""
    if not 0 < len(rows) <= MOST_ROWS_SHOWN:
        return
    optional = [name for name in (PAGE, FIELD, VIEWS) if any(row.get(name) for row in rows)]
    columns = [FILE, *optional, PROPERTY, LABEL]
    cells = [[*(row.get(name, "") for name in columns), f"{row[PROBABILITY]:.3f}"] for row in rows]
    show_table([*columns, PROBABILITY], cells)
