"""Lines of a collection: each photo by itself, each field once."""

from __future__ import annotations

from collections.abc import Iterable

from napari_rocks2net.annotation.image import AnnotatedImage

Line = tuple[AnnotatedImage, tuple[AnnotatedImage, ...]]
"""The first view of a field, and all of them; of a photo by itself twice the same."""


def one_line_a_field(images: Iterable[AnnotatedImage]) -> list[Line]:
    """Return each photo or field once: its first view, and all of them."""
    lines: dict[object, tuple[AnnotatedImage, ...]] = {}
    for number, image in enumerate(images):
        place = (image.section, image.field) if image.field else number
        lines[place] = (*lines.get(place, ()), image)
    return [(views[0], views) for views in lines.values()]
