"""Fields of a collection: photos put together by their names, one line each, one label a property."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.field_lines import one_line_a_field
from napari_rocks2net.annotation.field_regions import matrix_onto, with_realigned_regions
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.region_edits import with_shared_regions
from napari_rocks2net.samples.sample_row import Affine
from napari_rocks2net.views import ExampleRule, GuessedView, View, ViewError, check_field, guess_views

# Pixels; views that lie nearer on one another are not registered.
LEAST_SHIFT = 1e-3
Views = list[tuple[AnnotatedImage, GuessedView]]


@dataclass(frozen=True)
class PairedImages:
    """A collection whose photos were put together."""

    collection: AnnotationCollection  # With the fields.
    fields: int  # How many have several views now that had not.
    refused: tuple[str, ...]  # Why others were left apart, a sentence each.

    def __str__(self) -> str:
        """Return one line: how many fields, and the first that was refused."""
        text = f"{self.fields} fields have several views."
        more = f" {len(self.refused)} left apart: {self.refused[0]}" if self.refused else ""
        return text + more


def pair_by_name(collection: AnnotationCollection, rule: ExampleRule | None = None) -> PairedImages:
    """Put photos of one section together whose names differ in light and angle alone.

    Parameters
    ----------
    collection : AnnotationCollection
        Photos that are in a field already stay there.
    rule : ExampleRule, optional
        How a person's own names say the light.

    Returns
    -------
    PairedImages
        A label that one view of a field has is that of all; photos with different labels are left apart.
    """
    free = [image for image in collection.images if not image.field]
    guesses = guess_views([str(image.file) for image in free], rule)
    fields: defaultdict[tuple[str, str], Views] = defaultdict(list)
    for image, guess in zip(free, guesses, strict=True):
        if guess.light and not image.plane:
            fields[image.section, guess.field].append((image, guess))
    several = {name: views for name, views in fields.items() if len({guess.light for _, guess in views}) > 1}
    return _together(collection, several)


def pair_views(
    collection: AnnotationCollection,
    views: Mapping[ImageKey, GuessedView],
    affines: Mapping[ImageKey, Affine] = MappingProxyType({}),
) -> PairedImages:
    """Put photos together that are paired elsewhere, such as layers of a viewer.

    Parameters
    ----------
    collection : AnnotationCollection
        Photos that are in a field already stay there.
    views : mapping of ImageKey to GuessedView
        The field, light and angle of each; all views of a field become of the section of the first.
    affines : mapping of ImageKey to Affine
        How registered ones lie in their field; of those that are in a field already, too.

    Returns
    -------
    PairedImages
        See `pair_by_name`.
    """
    fields: defaultdict[tuple[str, str], Views] = defaultdict(list)
    sections: dict[str, str] = {}
    for image in collection.images:
        view = views.get(image.key)
        if view is not None and not image.field:
            section = sections.setdefault(view.field, image.section)
            affine = affines.get(image.key, image.affine)
            fields[section, view.field].append((replace(image, section=section, affine=affine), view))
    paired = _together(collection, {name: own for name, own in fields.items() if len(own) > 1})
    return replace(paired, collection=registered(paired.collection, affines)) if affines else paired


@dataclass(frozen=True, eq=False)
class PlacedView:
    """A view of a field that is paired and perhaps registered elsewhere, such as a layer of a viewer."""

    key: ImageKey
    light: str  # One of `napari_rocks2net.views.LIGHTS`, or empty.
    angle: float | None  # Of the stage, in degrees.
    # (3, 3) from its pixels, whose centres are whole numbers, to a world that the views share.
    matrix: npt.NDArray[np.float64]


def named_views(fields: Sequence[Sequence[PlacedView]]) -> dict[ImageKey, GuessedView]:
    """Return field, light and angle of views, each field by the name of its first file."""
    views: dict[ImageKey, GuessedView] = {}
    for number, own in enumerate(fields, start=1):
        name = guess_views([own[0].key.file.name])[0].field
        name = f"{name} {number}" if name in {each.field for each in views.values()} else name
        views |= {view.key: GuessedView(name, view.light, view.angle) for view in own}
    return views


def affines_onto_first(fields: Sequence[Sequence[PlacedView]]) -> dict[ImageKey, Affine]:
    """Return how the views of fields lie on the first, of those fields that were registered."""
    affines: dict[ImageKey, Affine] = {}
    for views in fields:
        onto_first = [np.asarray(np.linalg.solve(views[0].matrix, view.matrix), np.float64) for view in views]
        if not np.allclose(onto_first, np.eye(3), atol=LEAST_SHIFT):
            affines |= {
                view.key: edges_affine(matrix) for view, matrix in zip(views, onto_first, strict=True)
            }
    return affines


def edges_affine(matrix: npt.NDArray[np.float64]) -> Affine:
    """Return as an affine of a collection a matrix (3, 3) between pixels whose centres are whole numbers."""
    # Regions count from the corners of pixels.
    to_edges = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    (a, b, y), (c, d, x) = (to_edges @ matrix @ np.linalg.inv(to_edges))[:2].tolist()
    return (a, b, y), (c, d, x)


def registered(collection: AnnotationCollection, affines: Mapping[ImageKey, Affine]) -> AnnotationCollection:
    """Return a collection in which it is known how views of fields lie on one another.

    Parameters
    ----------
    collection : AnnotationCollection
        With the fields; regions stay where they are on the first view of each, and are laid on the others
        anew.
    affines : mapping of ImageKey to Affine
        See `AnnotatedImage.affine`; photos by themselves have none.
    """
    before = {image.key: image for image in collection.images}
    after = {
        key: replace(image, affine=affines.get(key, image.affine)) if image.field else image
        for key, image in before.items()
    }
    for first, views in one_line_a_field(after.values()):
        for view in views[1:]:
            lay = matrix_onto(before[first.key], before[view.key])
            if not np.array_equal(lay, matrix_onto(first, view)):
                after[view.key] = with_realigned_regions(view, first)
    return with_shared_regions(replace(collection, images=tuple(after.values())))


def _together(collection: AnnotationCollection, fields: Mapping[tuple[str, str], Views]) -> PairedImages:
    """Return a collection with fields {(section, name): views}, but for those that contradict themselves."""
    used = {(image.section, image.field) for image in collection.images if image.field}
    changed: dict[object, AnnotatedImage] = {}
    refused: list[str] = []
    count = 0
    for (section, name), views in fields.items():
        try:
            short = name.rpartition("/")[2]
            together = _field(name if (section, short) in used else short, views)
        except ViewError as error:
            refused.append(str(error))
            continue
        used.add((section, short))
        count += 1
        changed |= {image.key: image for image in together}
    images = tuple(changed.get(image.key, image) for image in collection.images)
    paired = with_shared_regions(replace(collection, images=images))
    return PairedImages(paired, count, tuple(refused))


def _field(name: str, views: Sequence[tuple[AnnotatedImage, GuessedView]]) -> list[AnnotatedImage]:
    """Return the views of a field with its name, lights and labels."""
    check_field([View(image.name, guess.light, guess.angle) for image, guess in views])
    first: dict[str, AnnotatedImage] = {}
    for image, _ in views:
        for property, label in image.labels.items():
            other = first.setdefault(property, image)
            if other.labels[property] != label:
                raise ViewError(
                    f"{other.name} is labelled {other.labels[property]!r} and {image.name} {label!r}; the "
                    "views of a field have one label."
                )
    return [
        replace(_labelled_as(image, first), field=name, light=guess.light, angle=guess.angle)
        for image, guess in views
    ]


def _labelled_as(image: AnnotatedImage, first: dict[str, AnnotatedImage]) -> AnnotatedImage:
    for property, other in first.items():
        if property not in image.labels:
            image = image.labelled(property, other.labels[property], other.origins[property])
    return image


def apart(collection: AnnotationCollection) -> AnnotationCollection:
    """Return a collection in which every photo is by itself; labels, regions and lights stay."""
    images = (replace(image, field="", affine=None) for image in collection.images)
    return replace(collection, images=tuple(images))
