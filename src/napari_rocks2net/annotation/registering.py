"""Registration of the fields of a collection, from their files: no layer is opened, no pixel changed."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.fields import edges_affine, registered
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.image_files import read_pixels
from napari_rocks2net.imaging import ImageError
from napari_rocks2net.iteration import Progress
from napari_rocks2net.samples.sample_row import Affine
from napari_rocks2net.views import ViewError, register
from napari_rocks2net.views.registration import LEAST_QUALITY, turned_between
from napari_rocks2net.wording import count_of

NOTHING = "There is no field with a view that is not registered yet: pair photos first."


@dataclass(frozen=True, eq=False)
class RegisteredViews:
    """Registration of views of fields on the first view of each."""

    affines: dict[ImageKey, Affine]
    """Of the first views, too."""
    views: int
    """How many were laid on a first view."""
    refused: tuple[str, ...]
    """Why others were left alone, a sentence each."""

    def applied_to(self, collection: AnnotationCollection) -> AnnotationCollection:
        """Return a collection that knows it; regions are laid on the other views anew."""
        return registered(collection, self.affines)

    def __str__(self) -> str:
        """Return one line: how many, and the first that was refused."""
        if not self.views and not self.refused:
            return NOTHING
        text = f"{count_of(self.views, 'view')} laid on the first of their fields; no pixel was changed."
        more = f" {len(self.refused)} left alone: {self.refused[0]}" if self.refused else ""
        return text + more


def register_fields(collection: AnnotationCollection) -> Generator[Progress, None, RegisteredViews]:
    """Find how the views of fields lie on one another that are not registered yet, as a job.

    Yields
    ------
    Progress
        Of the views.

    Returns
    -------
    RegisteredViews
        A view that cannot be read or fits nowhere is refused, with its figure; the others go on.
    """
    pairs = [
        (first, view)
        for first, views in collection.lines
        for view in views[1:]
        if view.affine is None or first.affine is None
    ]
    affines: dict[ImageKey, Affine] = {}
    refused: list[str] = []
    for done, (first, view) in enumerate(pairs):
        yield Progress(done, len(pairs), activity=f"Laying {view.name}")
        try:
            affines[view.key] = _affine_onto(first, view)
            affines[first.key] = first.affine or edges_affine(np.eye(3))
        except (ImageError, ViewError, OSError) as error:
            refused.append(str(error))
    return RegisteredViews(affines, len(pairs) - len(refused), tuple(refused))


def _affine_onto(first: AnnotatedImage, view: AnnotatedImage) -> Affine:
    """Return how a view lies in its field, by the first view.

    Raises
    ------
    ImageError, ViewError
        When one cannot be read, shows nothing, or does not fit the other.
    """
    turned = turned_between(first.angle, view.angle)
    registration = register(read_pixels(first.key), read_pixels(view.key), turned)
    if not registration.trusted:
        raise ViewError(
            f"{view.name} fits nowhere on {first.name} (fit {registration.quality:.1f}, at least "
            f"{LEAST_QUALITY} is asked for); do they show the same field?"
        )
    onto_first = edges_affine(registration.matrix)
    if first.affine is None:
        return onto_first
    (a, b, y), (c, d, x) = (np.array([*first.affine, [0, 0, 1]]) @ [*onto_first, [0, 0, 1]])[:2].tolist()
    return (a, b, y), (c, d, x)
