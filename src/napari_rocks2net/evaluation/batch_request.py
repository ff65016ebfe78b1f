"""Batch of photos: what is classified into which table, as a job."""

from __future__ import annotations

import builtins
import os
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from napari_rocks2net.iteration import Progress
from napari_rocks2net.samples.columns import FILE, LABEL, PAGE, PROBABILITY, PROPERTY
from napari_rocks2net.samples.csv_files.region_cells import parse_plane
from napari_rocks2net.untrusted import read_cells
from napari_rocks2net.wording import LOADING_MODEL, count_of, percent

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.classify.input_images import Image
    from napari_rocks2net.evaluation import PredictionFile
    from napari_rocks2net.evaluation.batch import Predictor
    from napari_rocks2net.imaging.tiff import Plane


PixelSizes = Mapping[Path, float | None]
NO_SIZES: PixelSizes = MappingProxyType({})


class BatchRow(NamedTuple):
    """One answer about one photo, or about one plane of a file."""

    file: Path
    plane: tuple[int, ...]
    property: str
    label: str
    probability: float

    @classmethod
    def of(cls, row: dict[str, Any]) -> BatchRow:
        """Return the row of a prediction table, its cells as numbers or as text."""
        return cls(
            Path(row[FILE]),
            parse_plane(row[PAGE]),
            row[PROPERTY],
            row[LABEL],
            float(row[PROBABILITY]),
        )

    # The field "property" takes the name of the decorator.
    @builtins.property
    def answer(self) -> str:
        """The class and how sure it is, such as "granite 93 %"."""
        return f"{self.label} {percent(self.probability)}"

    def title(self, folder: str) -> str:
        """Return the photo in a line, by its path in a folder: views may have one name in two folders."""
        name = os.path.relpath(self.file, folder) if folder else self.file.name
        return f"{name} [{', '.join(map(str, self.plane))}]" if self.plane else name


class BatchError(ValueError):
    """Error of a batch that cannot be classified; the message says why and what to do."""


@dataclass(frozen=True)
class BatchRequest:
    """A batch."""

    files: tuple[Path, ...]  # Photos, and files of several planes.
    models: tuple[str, ...]  # Files or names of models.
    table: Path  # The CSV that grows.
    # Micrometres a pixel of photos whose files do not say it.
    sizes: PixelSizes = field(default_factory=dict)

    def open_table(self, classifier: RockClassifier) -> PredictionFile:
        """Return the table, which goes on where it is one of the same models; a `BatchError` says why not."""
        from napari_rocks2net.evaluation import PredictionFile
        from napari_rocks2net.evaluation.batch import models_of_properties

        if any(model.card.lights for model in classifier.models):
            raise BatchError(
                "This model judges fields of several lights: classify them by the command 'predict', which "
                "puts the photos of a field together."
            )
        models = models_of_properties(self.models)
        return PredictionFile(self.table, classifier.properties, models, resume=True)

    def predictor(self, classifier: RockClassifier) -> Predictor:
        """Return what classifies here, by the pixel sizes of the request where it has them."""
        from napari_rocks2net.evaluation.batch import Predictor

        def pixel_size_of(image: Image, plane: Plane = ()) -> float | None:
            """Return the pixel size of a photo by the collection, else by its file."""
            stated = self.sizes.get(image) if isinstance(image, Path) else None
            return classifier.pixel_size_of(image, stated, plane)

        return replace(Predictor.here(classifier), pixel_size_of=pixel_size_of)


def photos_in(folder: Path) -> tuple[Path, ...]:
    """Return the photos in a folder and its folders; raises a `BatchError` where there is none."""
    from napari_rocks2net.imaging import list_images

    files = tuple(list_images(folder))
    if not files:
        raise BatchError(f"{folder} holds no photo: choose another folder.")
    return files


def classify_batch(
    load: Callable[[], RockClassifier],
    request: BatchRequest,
    show: Callable[[list[BatchRow]], None],
) -> Generator[Progress, None, str]:
    """Classify what is not in the table yet, each answer on disk before the next: a job.

    Parameters
    ----------
    load : callable
        Loads the models of the request.
    request : BatchRequest
        What is done.
    show : callable
        Takes the rows, from the thread of the job: first those of a table that is gone on with.

    Yields
    ------
    Progress
        After each picture.

    Returns
    -------
    str
        What came of it, in a sentence.

    Raises
    ------
    BatchError, EvaluationError, OSError
        When the models want fields, the table is of other models, or cannot be written.
    """
    yield Progress(activity=LOADING_MODEL)
    classifier = load()
    from napari_rocks2net.classify import AnswerNotes
    from napari_rocks2net.evaluation.batch import iterate_batch

    table = request.open_table(classifier)
    show([BatchRow.of(row) for row in read_cells(table.path).to_dict("records")] if table.done else [])
    failures: list[str] = []
    classified = 0
    predictor, notes = request.predictor(classifier), AnswerNotes(classifier.knows_scale)
    steps = iterate_batch(predictor, request.files, table, on_error=lambda error: failures.append(str(error)))
    for step in steps:
        if step.predictions is not None:
            classified += 1
            notes.add(step.predictions)
        show([BatchRow.of(row) for row in step.rows])
        yield Progress(step.picture.number + 1, len(request.files), activity="Photos")
    return " ".join([_sentence(request.table, classified, len(table.done), failures), *notes.sentences()])


def _sentence(table: Path, classified: int, earlier: int, failures: list[str]) -> str:
    text = f"Classified {count_of(classified, 'picture')}; the table is {table}."
    if earlier:
        text += f" {earlier} were in it already."
    if failures:
        text += f" {count_of(len(failures), 'file')} left out, the first: {failures[0]}"
    return text
