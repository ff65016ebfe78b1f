"""Annotated image: labels, thin section and regions of one image of a collection."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from napari_rocks2net.annotation.annotated_region import AnnotatedRegion
from napari_rocks2net.annotation.errors import CollectionError
from napari_rocks2net.annotation.names import checked_name
from napari_rocks2net.pixel_scale import PixelSize, PixelSizeError
from napari_rocks2net.samples.sample_row import Affine
from napari_rocks2net.views import View, ViewError

# A view that were a thousandth as wide as another is none of its field.
SMALLEST_DETERMINANT = 1e-6

ORIGINS = PERSON, ACCEPTED, CORRECTED = ("person", "accepted", "corrected")
"""Who gave a label: a person unaided, or by accepting or correcting a model's prediction."""


@dataclass(frozen=True)
class ImageKey:
    """Key of one image of a collection."""

    file: Path
    """Absolute; make keys with `of`, which spells the folder in the one way that compares equal."""
    plane: tuple[int, ...] = ()
    """Position along the leading axes of a stack; empty for a single picture."""

    @classmethod
    def of(cls, file: str | Path, plane: tuple[int, ...] = ()) -> ImageKey:
        """Return the key of a file, however its folder is spelled.

        Parameters
        ----------
        file : str or Path
            Absolute, or relative to the working directory.
        plane : tuple of int
            Position along the leading axes of a stack; empty for a single picture.
        """
        return cls(canonical_file(file), tuple(int(index) for index in plane))

    @property
    def name(self) -> str:
        """The file's name, with the plane of a stack."""
        return self.file.name + (f" [{', '.join(map(str, self.plane))}]" if self.plane else "")


@dataclass(frozen=True)
class AnnotatedImage:
    """One image of a collection, a file or a plane of a stack in it.

    Raises
    ------
    CollectionError
        When the file is not absolute, the plane is negative, the section has no name, an origin is unknown,
        two regions have one id, the pixel size is no positive length, the light or the angle is none, or the
        affine has no inverse.
    """

    file: Path
    """Absolute."""
    plane: tuple[int, ...] = ()
    """Position along the leading axes of a stack; empty for a single picture."""
    section: str = ""
    """The thin section. All planes of a file are of one section."""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Property -> class of the whole image."""
    origins: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Property -> one of `ORIGINS`, for every label; "person" where it is not given."""
    regions: tuple[AnnotatedRegion, ...] = ()
    """Parts of the image with labels of their own."""
    section_by_person: bool = False
    """Whether a person typed the section; otherwise it was guessed from the file name."""
    pixel_size_um: float | None = None
    """Micrometres a pixel of the photo; None where nobody says so."""
    field: str = ""
    """What the views of one field share, within its section; empty for a photo by itself."""
    light: str = ""
    """One of `napari_rocks2net.views.LIGHTS`, or empty."""
    angle: float | None = None
    """Of the stage, in degrees."""
    affine: Affine | None = None
    """From its pixels (y, x along their edges) to those that the views of its field share; None for one that
    is not registered."""
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What a newer version wrote about the image; kept when the collection is saved."""

    def __post_init__(self) -> None:
        if not self.file.is_absolute() or any(index < 0 for index in self.plane):
            raise CollectionError(
                f"An image needs an absolute path and plane numbers from 0, not {self.file} {self.plane}."
            )
        section = checked_name(self.section or self.file.stem, "thin section")
        origins = {name: self.origins.get(name, PERSON) for name in self.labels}
        for origin in origins.values():
            if origin not in ORIGINS:
                raise CollectionError(f"{self.file}: a label's origin is one of {ORIGINS}, not {origin!r}.")
        if len({region.id for region in self.regions}) < len(self.regions):
            raise CollectionError(f"{self.file} has two regions with one id; give each an id of its own.")
        try:
            View(self.file, self.light, self.angle)
        except ViewError as error:
            raise CollectionError(f"{self.file}: {error}") from error
        if self.pixel_size_um is not None:
            _check_pixel_size(self.pixel_size_um, self.file)
        if self.affine is not None:
            _check_affine(self.affine, self.file)
        object.__setattr__(self, "section", section)
        object.__setattr__(self, "labels", MappingProxyType(dict(self.labels)))
        object.__setattr__(self, "origins", MappingProxyType(origins))
        object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))

    @cached_property
    def key(self) -> ImageKey:
        """The image's name in the collection."""
        return ImageKey(self.file, self.plane)

    @property
    def view(self) -> str:
        """Its light and angle, such as "XPL 45°"; empty where the light is not known."""
        return str(View(self.file, self.light, self.angle)) if self.light else ""

    @property
    def name(self) -> str:
        """The file's name, with the plane of a stack."""
        return self.key.name

    @property
    def missing(self) -> bool:
        """Whether the file does not exist now."""
        return not self.file.is_file()

    def labelled(self, property: str, label: str | None, origin: str = PERSON) -> AnnotatedImage:
        """Return the image with a class of a property.

        Parameters
        ----------
        property : str
            What is labelled; labels of other properties and of regions stay.
        label : str or None
            The class of the whole image, not checked here; None takes the label off.
        origin : {"person", "accepted", "corrected"}
            Who said so, see `ORIGINS`.

        Raises
        ------
        CollectionError
            When the origin is unknown.
        """
        labels = {name: other for name, other in self.labels.items() if name != property}
        if label is None:
            return replace(self, labels=labels)
        origins = dict(self.origins) | {property: origin}
        return replace(self, labels=labels | {property: label}, origins=origins)

    def with_labelled_regions(self, ids: Collection[str], property: str, label: str | None) -> AnnotatedImage:
        """Return the image with a class of some of its regions.

        Parameters
        ----------
        ids : collection of str
            Of the regions; those of others are passed over.
        property : str
            What is labelled.
        label : str or None
            Their class, not checked here; None takes the label off.
        """
        regions = (each.labelled(property, label) if each.id in ids else each for each in self.regions)
        return replace(self, regions=tuple(regions))

    def relabelled(self, property: str, change: Callable[[str], str | None]) -> AnnotatedImage:
        """Return the image with its labels of a property changed, and those of its regions.

        Parameters
        ----------
        property : str
            The property whose labels are changed.
        change : callable
            Class -> what takes its place; None takes the label off.
        """
        if next(self.all_labels(property), None) is None:
            return self
        regions = tuple(
            region.labelled(property, change(label)) if (label := region.labels.get(property)) else region
            for region in self.regions
        )
        image, whole = replace(self, regions=regions), self.labels.get(property)
        return image if whole is None else image.labelled(property, change(whole), self.origins[property])

    def all_labels(self, property: str) -> Iterator[str]:
        """Yield the classes of the image and of its regions, one for each label."""
        if property in self.labels:
            yield self.labels[property]
        for region in self.regions:
            if property in region.labels:
                yield region.labels[property]


def _check_pixel_size(micrometres: float, file: Path) -> None:
    try:
        PixelSize(micrometres, "collection")
    except (PixelSizeError, TypeError) as error:
        raise CollectionError(f"{file}: {error}") from error


def _check_affine(affine: Affine, file: Path) -> None:
    numbers = [number for line in affine for number in line]
    if len(affine) != 2 or len(numbers) != 6 or not all(map(math.isfinite, numbers)):
        raise CollectionError(f"{file}: how it lies in its field is two rows of three numbers, not {affine}.")
    (a, b, _), (c, d, _) = affine
    if abs(a * d - b * c) < SMALLEST_DETERMINANT:
        raise CollectionError(f"{file}: by {affine} it has no area in its field; register it again.")


def canonical_file(file: str | Path) -> Path:
    """Return the absolute path with the folder's links resolved.

    The file's own link is kept: what a link points to (in git-annex, say) has a name that says nothing.
    """
    path = Path(file).expanduser()
    return _canonical_folder(str(path.parent.absolute())) / path.name


@lru_cache(maxsize=1024)
def _canonical_folder(folder: str) -> Path:
    return Path(os.path.realpath(folder))
