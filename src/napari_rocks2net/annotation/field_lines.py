"""Lines of a collection: each photo by itself, each field once."""

from __future__ import annotations

from collections.abc import Iterable

from napari_rocks2net.annotation.image import AnnotatedImage


def one_line_a_field(
    images: Iterable[AnnotatedImage],
) -> list[tuple[AnnotatedImage, tuple[AnnotatedImage, ...]]]:
    """Return each photo or field once: its first view, and all of them."""
    lines: dict[object, list[AnnotatedImage]] = {}
    for image in images:
        lines.setdefault((image.section, image.field) if image.field else image.key, []).append(image)
    return [(views[0], tuple(views)) for views in lines.values()]
