"""Dataset, augmentation and batches of the images of a sample table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset, RandomSampler, default_collate

from napari_rocks2net.imaging import READING_THREADS, ImageError, Preprocessing, read_image, read_many
from napari_rocks2net.models import ViewBatch, join_fields
from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples import Region, SampleError, crop_region, remembered, sample_hashes
from napari_rocks2net.samples.columns import FILE, REGION

# In the place of a label that an image does not have.
MISSING = -1


class SectionDataset(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Resized images (3, S, S) uint8 and the indices of their classes.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of a `SampleTable`.
    properties : sequence of RockProperty
        The properties with their classes in the network's order; none for unlabelled images.
    preprocessing : Preprocessing
        Says how to resize; normalisation is left to the device.
    augmentation : callable, optional
        Changes each image (3, S, S) uint8 every time it is drawn.

    Attributes
    ----------
    labels : torch.Tensor
        (N, P) int64, for each of the P properties the class of each image, counted through all properties;
        `MISSING` where it has no label.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        properties: Sequence[RockProperty],
        preprocessing: Preprocessing,
        augmentation: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ) -> None:
        self.files: list[str] = frame[FILE].tolist()
        self.regions: list[Region | None] = frame[REGION].tolist()
        self.labels = _labels(frame, properties)
        self.preprocessing = preprocessing
        self.augmentation = augmentation
        self.images: torch.Tensor | None = None
        self._hashes: dict[int, frozenset[str]] = {}

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the image, augmented if asked for, and its classes (P,)."""
        image = self._read(index) if self.images is None else self.images[index]
        if self.augmentation is not None:
            image = self.augmentation(image)
        return image.contiguous(), self.labels[index]

    @property
    def nbytes(self) -> int:
        """Bytes that all resized images take."""
        return len(self) * 3 * self.preprocessing.size**2

    def keep_in_memory(self, on_read: Callable[[], None] | None = None) -> None:
        """Read and resize every image once and keep them.

        Parameters
        ----------
        on_read : callable, optional
            Called after each image; when it raises, the reading ends.

        Raises
        ------
        SampleError
            When images cannot be read: how many, and why the first cannot.
        """
        images = torch.empty(
            (len(self), 3, self.preprocessing.size, self.preprocessing.size), dtype=torch.uint8
        )
        failures: list[ImageError] = []
        resized = read_many(
            range(len(self)), self._read_hashed, lambda _, error: failures.append(error), READING_THREADS
        )
        for index, image in enumerate(resized):
            if image is not None:
                images[index] = image
            if on_read is not None:
                on_read()
        if failures:
            raise SampleError(unusable(failures, len(self)))
        self.images = images

    def picture_hashes(self) -> tuple[str, ...]:
        """Return what a model remembers of the samples, see `remembered`.

        Images that are not kept in memory are read for it; one that is gone by now is left out.
        """
        left = [index for index in range(len(self)) if index not in self._hashes]
        for _ in read_many(left, self._read_hashed, lambda *_: None, READING_THREADS):
            pass
        return remembered(self._hashes.values())

    def _read_hashed(self, index: int) -> torch.Tensor:
        photo = read_image(self.files[index])
        image = self._resized(photo, index)
        self._hashes[index] = sample_hashes(photo, self.regions[index])
        return image

    def _read(self, index: int) -> torch.Tensor:
        return self._resized(read_image(self.files[index]), index)

    def _resized(self, photo: npt.NDArray[np.uint8], index: int) -> torch.Tensor:
        try:
            part = crop_region(photo, self.regions[index])
        except ImageError as error:
            raise ImageError(f"{self.files[index]}: {error}") from None
        return self.preprocessing.resized(part)


def _labels(frame: pd.DataFrame, properties: Sequence[RockProperty]) -> torch.Tensor:
    labels = np.full((len(frame), len(properties)), MISSING)
    first = 0
    for column, each in enumerate(properties):
        index = {"": MISSING} | {name: first + place for place, name in enumerate(each.classes)}
        labels[:, column] = frame[each.name].map(index).to_numpy(np.int64)
        first += len(each.classes)
    return torch.from_numpy(labels)


class EpochOrder(RandomSampler):
    """A random order that depends on the epoch only, so that a resumed run goes on like an unbroken one.

    Torch is seeded with it, and with torch the augmentation and the dropout of the epoch. It is a
    RandomSampler so that Lightning knows to shuffle when several processes share the samples. (A
    torch.Generator would not do: it cannot be sent to a spawned process.)

    Parameters
    ----------
    dataset : Sized
        The training samples.
    seed : int
        The seed of the run.
    epoch : int
        The epoch the training begins with, from 0.
    """

    def __init__(self, dataset: Sized, seed: int, epoch: int) -> None:
        super().__init__(dataset)
        self.seed = seed
        self.epoch = epoch

    def set_epoch(self, epoch: int) -> None:
        """Take the number of the epoch to come; Lightning calls it."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        """Return the sample numbers of the epoch."""
        torch.manual_seed(self.seed + self.epoch)
        return iter(torch.randperm(len(self)).tolist())


@dataclass(frozen=True)
class LoaderOptions:
    """Options of a data loader: images in a batch, processes that read, whether they go to a CUDA device."""

    batch_size: int
    num_workers: int
    pin_memory: bool


def _collate(items: list[tuple[Any, ...]]) -> Any:
    """Return a batch of samples: images stacked, or the views of all fields one after the other."""
    if not isinstance(items[0][0], ViewBatch):
        return default_collate(items)
    fields, labels = zip(*items, strict=True)
    return join_fields(list(fields)), torch.stack(labels)


def make_loader(
    dataset: Dataset[Any], options: LoaderOptions, order: EpochOrder | None = None
) -> DataLoader[Any]:
    """Return batches (B, 3, S, S) uint8 and (B, P) int64, and whatever else the dataset holds.

    Of fields there is a `ViewBatch` in the place of the images.

    Parameters
    ----------
    dataset : Dataset
        The samples.
    options : LoaderOptions
        How to make batches.
    order : EpochOrder, optional
        For training: the order of the samples. An incomplete last batch is then left out, since it
        could hold a single image, for which batch statistics are undefined.
    """
    return DataLoader(
        dataset,
        collate_fn=_collate,
        batch_size=options.batch_size,
        sampler=order,
        drop_last=order is not None,
        num_workers=options.num_workers,
        pin_memory=options.pin_memory,
        persistent_workers=options.num_workers > 0,
    )


def unusable(failures: Sequence[ImageError], images: int) -> str:
    """Return the sentence for images that cannot be read: how many, and why the first cannot.

    Parameters
    ----------
    failures : sequence of ImageError
        One for each.
    images : int
        How many there are in all.
    """
    return f"{len(failures)} of {images} images cannot be used. {failures[0]}"
