"""Distributed classifier: photos read and classified by the workers of a Dask cluster."""

from __future__ import annotations

import pickle
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from napari_rocks2net.classify.batching import batches
from napari_rocks2net.classify.classifier import RockClassifier
from napari_rocks2net.classify.input_images import Image, requests_of
from napari_rocks2net.classify.packed_model import PackedModel
from napari_rocks2net.classify.prediction import CriticalArea, Predictions
from napari_rocks2net.classify.shared_file import SharedFile
from napari_rocks2net.cluster import Shared, Workers
from napari_rocks2net.imaging import ImageError, report_errors
from napari_rocks2net.imaging.reading_many import ErrorHandler
from napari_rocks2net.views import Field

if TYPE_CHECKING:
    from distributed import Client

# A task of about so many photos takes a second or more, beside which Dask's millisecond is nothing.
PHOTOS_OF_TASK = 32


@dataclass(frozen=True)
class PhotoBlock:
    """Some photos of many, classified by one task in whole batches."""

    # What `RockClassifier.predict_many` takes, each with a critical area and a pixel size, or None.
    images: Sequence[tuple[Image, CriticalArea | None, float | None]]
    batch_size: int  # For `RockClassifier.predict_many`.


@dataclass(frozen=True)
class BlockAnswer:
    """Answer of a worker about a block."""

    answers: tuple[Predictions | ImageError, ...]  # The predictions of each photo, or why it cannot be read.
    device: str  # Where the networks ran, in a sentence.


class DistributedClassifier:
    """A classifier at work on the workers of a Dask cluster; use it in a ``with`` statement.

    The models are sent once to each worker. Photos that are files are read by the workers, which must see
    them under the same paths; arrays travel through the scheduler. Answers come in order and are, byte for
    byte, those of this computer with one thread (``OMP_NUM_THREADS=1``), on processors of the same kind.

    Parameters
    ----------
    classifier : RockClassifier
        Each worker runs it on the device that it was loaded for: "auto" takes a worker's GPU where it has
        one.
    client : distributed.Client
        Of the cluster.

    Attributes
    ----------
    workers : Workers
        For other tasks with the classifier.
    devices : set of str
        Where the networks ran so far, in sentences.

    Raises
    ------
    ClusterError
        When the client cannot be used, or a worker has other versions of the libraries that matter.
    """

    def __init__(self, classifier: RockClassifier, client: Client) -> None:
        self._classifier = classifier
        names = [each.name for each in classifier.properties]
        models = [PackedModel.of(model) for model in classifier.models]
        self.workers = Workers(client, Shared(pickle.dumps((models, names)), _load_classifier))
        self.devices: set[str] = set()

    def __enter__(self) -> Self:
        """Send the models."""
        self.workers.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.workers.__exit__(kind, error, trace)

    def predict_many(
        self,
        images: Iterable[Image],
        *,
        batch_size: int | None = None,
        critical_areas: Iterable[CriticalArea | None] | None = None,
        pixel_sizes: Iterable[float | None] | None = None,
        on_error: ErrorHandler | None = None,
    ) -> Generator[Predictions | None]:
        """See `RockClassifier.predict_many`, here on all workers.

        Images are asked for somewhat ahead of the results; a callable is called on a worker.

        Raises
        ------
        ClusterError
            When a worker cannot use a model, or the scheduler is lost.
        """
        inputs = (
            (_for_workers(image), area, self._classifier.pixel_size_of(image, size))
            for image, area, size in requests_of(images, critical_areas, pixel_sizes)
        )
        # Whole batches, so that each is made of the same images as here.
        size = self._classifier.batch_size(batch_size)
        blocks = batches(inputs, size * max(1, PHOTOS_OF_TASK // size))
        results = self.workers.map_in_order(_classify_block, (PhotoBlock(each, size) for each in blocks))
        yield from report_errors(self._answers(results), on_error)

    def _answers(self, results: Iterable[BlockAnswer | None]) -> Iterator[Predictions | ImageError]:
        for result in filter(None, results):
            self.devices.add(result.device)
            yield from result.answers


def _load_classifier(payload: bytes) -> RockClassifier:
    """Return the classifier that a `DistributedClassifier` sent."""
    models: list[PackedModel]
    models, names = pickle.loads(payload)
    return RockClassifier([model.load() for model in models], names)


def _classify_block(classifier: RockClassifier, block: PhotoBlock) -> BlockAnswer:
    """Classify the photos of a block on a worker, in their order."""
    errors: dict[int, ImageError] = {}
    images, areas, sizes = zip(*block.images, strict=True)
    results = classifier.predict_many(
        images,
        batch_size=block.batch_size,
        critical_areas=areas,
        pixel_sizes=sizes,
        on_error=errors.__setitem__,
    )
    # What an error was caused by may not survive the way.
    answers = tuple(
        ImageError(str(errors[index])) if each is None else each for index, each in enumerate(results)
    )
    return BlockAnswer(answers, classifier.device.reason)


def _for_workers(image: Image) -> Image:
    """Return an image, or a field, with each file by what all machines know it by."""
    if isinstance(image, Field):
        views = tuple(replace(view, file=_for_workers(view.file)) for view in image.views)
        return replace(image, views=views)
    return SharedFile.of(image) if isinstance(image, str | Path) else image
