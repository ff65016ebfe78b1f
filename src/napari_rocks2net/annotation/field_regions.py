"""Regions of fields: what is outlined on one view is a region of all of them, as they lie on one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from napari_rocks2net.annotation.annotated_region import AnnotatedRegion
from napari_rocks2net.annotation.field_lines import one_line_a_field
from napari_rocks2net.annotation.image import AnnotatedImage
from napari_rocks2net.annotation.image_bounds import ImageBounds
from napari_rocks2net.samples import Region

Matrix = npt.NDArray[np.float64]

# Pixels by which the corners of one outline may differ on two views.
SAME_OUTLINE = 0.5


def matrix_onto(source: AnnotatedImage, view: AnnotatedImage) -> Matrix:
    """Return the matrix (3, 3) from pixel edges (y, x, 1) of a view to those of another.

    Parameters
    ----------
    source, view : AnnotatedImage
        Of one field; a view that is not registered lies as the field does.
    """
    return np.asarray(np.linalg.solve(_matrix(view), _matrix(source)), np.float64)


def _matrix(image: AnnotatedImage) -> Matrix:
    return np.array([*(image.affine or np.eye(3)[:2]), [0, 0, 1]], float)


def are_registered(first: AnnotatedImage, second: AnnotatedImage, bounds: ImageBounds) -> bool:
    """Tell whether it is known how two views lie on one another.

    Parameters
    ----------
    first, second : AnnotatedImage
        Of one field.
    bounds : ImageBounds
        Where sizes are read.

    Returns
    -------
    bool
        Both are registered, or they are of one size; a file that cannot be read is taken to be.
    """
    if first.affine is not None and second.affine is not None:
        return True
    sizes = {bounds.size(each.key) for each in (first, second)} - {None}
    return len(sizes) < 2


def with_regions_of(view: AnnotatedImage, before: AnnotatedImage, after: AnnotatedImage) -> AnnotatedImage:
    """Return a view with the regions that another view of its field has now.

    Parameters
    ----------
    view : AnnotatedImage
        Gets labels, facts and number of its regions from the other; those that were not moved stay, to the
        last digit.
    before, after : AnnotatedImage
        The other view.
    """
    own = {region.id: region.area for region in view.regions}
    earlier = {region.id: region.area for region in before.regions}
    matrix = matrix_onto(after, view)

    def on_view(region: AnnotatedRegion) -> AnnotatedRegion:
        """Return a region as it lies on the view."""
        unmoved = region.id in own and earlier.get(region.id) == region.area
        return replace(region, area=own[region.id] if unmoved else region.area.moved(matrix))

    return replace(view, regions=tuple(map(on_view, after.regions)))


def with_realigned_regions(view: AnnotatedImage, first: AnnotatedImage) -> AnnotatedImage:
    """Return a view whose common regions with the first one lie as they do there.

    Parameters
    ----------
    view, first : AnnotatedImage
        Of one field; regions that only the view has stay.
    """
    areas = {region.id: region.area for region in first.regions}
    matrix = matrix_onto(first, view)
    regions = (
        replace(region, area=areas[region.id].moved(matrix)) if region.id in areas else region
        for region in view.regions
    )
    return replace(view, regions=tuple(regions))


def share_regions(images: Iterable[AnnotatedImage]) -> tuple[AnnotatedImage, ...]:
    """Return images of which all views of a field have the regions of each.

    An outline that several views have, such as those of a table, is one region, unless its labels contradict.
    Views of different size that are not registered keep their own.
    """
    images, bounds = tuple(images), ImageBounds()
    changed: dict[object, AnnotatedImage] = {}
    for _, views in one_line_a_field(images):
        if len({frozenset(region.id for region in view.regions) for view in views}) > 1:
            changed |= {view.key: view for view in _shared(list(views), bounds)}
    return tuple(changed.get(image.key, image) for image in images)


def _shared(views: list[AnnotatedImage], bounds: ImageBounds) -> list[AnnotatedImage]:
    for at, view in enumerate(views):
        for other in range(len(views)):
            if other != at and are_registered(view, views[other], bounds):
                views[other] = _with_missing(views[other], views[at])
    return views


def _with_missing(view: AnnotatedImage, source: AnnotatedImage) -> AnnotatedImage:
    """Return a view with the regions of another that it lacks."""
    regions, matrix = list(view.regions), matrix_onto(source, view)
    for region in source.regions:
        if region.id in {each.id for each in regions}:
            continue
        moved = replace(region, area=region.area.moved(matrix))
        alike = [at for at, each in enumerate(regions) if _same_outline(each.area, moved.area)]
        if not alike:
            regions.append(moved)
        elif _agree(regions[alike[0]], region) and regions[alike[0]].id not in _ids(source):
            labels = dict(region.labels) | dict(regions[alike[0]].labels)
            regions[alike[0]] = replace(regions[alike[0]], id=region.id, labels=labels)
    return replace(view, regions=tuple(regions))


def _ids(image: AnnotatedImage) -> set[str]:
    return {region.id for region in image.regions}


def _agree(first: AnnotatedRegion, second: AnnotatedRegion) -> bool:
    common = first.labels.keys() & second.labels.keys()
    return all(first.labels[name] == second.labels[name] for name in common)


def _same_outline(first: Region, second: Region) -> bool:
    if len(first.vertices) != len(second.vertices):
        return False
    return bool(np.allclose(first.vertices, second.vertices, rtol=0, atol=SAME_OUTLINE))


def regions_shown(image: AnnotatedImage) -> list[AnnotatedRegion]:
    """Return the regions of an image without those of its field that lie beside it."""
    bounds = ImageBounds()
    return [
        region
        for region in image.regions
        if image.affine is None or bounds.part_inside(region.area, image.key) is not None
    ]


def unplaced_views(image: AnnotatedImage, views: Sequence[AnnotatedImage]) -> list[AnnotatedImage]:
    """Return the views of a field of which it is not known how they lie on one of them.

    Parameters
    ----------
    image : AnnotatedImage
        The one.
    views : sequence of AnnotatedImage
        All views of its field.
    """
    bounds = ImageBounds()
    return [each for each in views if each.key != image.key and not are_registered(image, each, bounds)]
