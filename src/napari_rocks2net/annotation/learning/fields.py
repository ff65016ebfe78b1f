"""Photos and fields of a collection as they are learned from: each once, described by its views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from napari_rocks2net.annotation.field_lines import one_line_a_field
from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.image_files import read_pixels
from napari_rocks2net.views import LIGHTS, Field, View

if TYPE_CHECKING:
    from napari_rocks2net.annotation.open_collection import Suggestions
    from napari_rocks2net.features import DescriptorCache, Descriptors, FieldLayout

KINDS = ("texture",)


class PhotoTexture:
    """Describes whole images of a collection by texture and colour, each once ever: see `DescriptorCache`."""

    @cached_property
    def _cache(self) -> DescriptorCache:
        from napari_rocks2net.features import DescriptorCache

        return DescriptorCache()

    def __call__(self, key: ImageKey) -> Descriptors:
        """Return the descriptors of an image.

        Raises
        ------
        ImageError
            When the file cannot be read.
        """
        from napari_rocks2net.features import Descriptors

        return Descriptors(self._cache.describe(read_pixels(key), KINDS).whole, {})


@dataclass(frozen=True, eq=False)
class LearnedFields:
    """Photos and fields of a collection as they are learned from: each once, by its first view."""

    # The first view and all of them, see `one_line_a_field`.
    lines: tuple[tuple[AnnotatedImage, tuple[AnnotatedImage, ...]], ...]
    layout: FieldLayout  # Of the fields; without lights where every line is one photo.

    @classmethod
    def of(cls, images: Iterable[AnnotatedImage]) -> LearnedFields:
        """Return those of a collection's images."""
        from napari_rocks2net.features import PHOTOS, FieldLayout

        lines = tuple(one_line_a_field(images))
        if all(len(views) == 1 for _, views in lines):
            return cls(lines, PHOTOS)
        return cls(lines, FieldLayout.of([[each.light for each in views] for _, views in lines], LIGHTS))

    @property
    def first_views(self) -> list[AnnotatedImage]:
        """The first view of each."""
        return [first for first, _ in self.lines]

    def of_views(self, keys: Iterable[ImageKey]) -> LearnedFields:
        """Return those of which a view is among some images."""
        lines = {line[0].key: line for line in map(self._line_of.__getitem__, keys)}
        return replace(self, lines=tuple(lines.values()))

    @cached_property
    def _line_of(self) -> dict[ImageKey, tuple[AnnotatedImage, tuple[AnnotatedImage, ...]]]:
        return {view.key: line for line in self.lines for view in line[1]}

    @property
    def without_light(self) -> int:
        """Number of photos beside fields whose light is not known: nothing can be learned of them."""
        return sum(not first.light for first in self.first_views) if self.layout.lights else 0

    def described(self, photos: Mapping[ImageKey, Descriptors]) -> dict[ImageKey, Descriptors]:
        """Return the descriptors of those of which a single view is described, by the first view."""
        if not self.layout.lights:
            return {first.key: photos[first.key] for first in self.first_views if first.key in photos}
        seen = {first.key: self._seen(views, photos) for first, views in self.lines}
        return {
            key: self.layout.join_photos([(each.light, photos[each.key]) for each in views])
            for key, views in seen.items()
            if views
        }

    def for_all_views(self, suggestions: Suggestions, photos: Mapping[ImageKey, Descriptors]) -> Suggestions:
        """Return the predictions for first views for all views of their fields, and the lights that they use.

        Parameters
        ----------
        suggestions : dict
            (first view, property) -> prediction.
        photos : mapping of ImageKey to Descriptors
            The views that are described.
        """
        if not self.layout.lights:
            return suggestions
        views_of = {first.key: views for first, views in self.lines}
        spread: Suggestions = {}
        for (first, property), prediction in suggestions.items():
            seen = [View(each.file, each.light, each.angle) for each in self._seen(views_of[first], photos)]
            words = Field(tuple(seen)).in_lights(self.layout.lights)
            spread |= {(each.key, property): replace(prediction, views=words) for each in views_of[first]}
        return spread

    def _seen(
        self, views: Sequence[AnnotatedImage], photos: Mapping[ImageKey, Descriptors]
    ) -> list[AnnotatedImage]:
        return [each for each in views if each.key in photos and each.light in self.layout.lights]
