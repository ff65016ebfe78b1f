"""A part of an image with labels of its own."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from napari_rocks2net.annotation.errors import CollectionError

KINDS = ("rectangle", "polygon")


@dataclass(frozen=True)
class Region:
    """A rectangle or polygon on an image.

    Attributes
    ----------
    id : str
        Stays the same when the region is moved or relabelled; `new` makes one.
    vertices : tuple of (float, float)
        (y, x) along the edges of the pixels of the image: the first pixel's centre is at 0.5, 0.5. Three or
        more, a rectangle has four (it may be turned); not closed.
    kind : {"rectangle", "polygon"}
        How it was drawn.
    labels : mapping of str
        Property -> class.
    extra : mapping
        What else is known about it (in JSON's types); kept when the collection is saved.

    Raises
    ------
    CollectionError
        When it is no area: too few vertices, infinite coordinates, or no height or width.
    """

    id: str
    vertices: tuple[tuple[float, float], ...]
    kind: str = "polygon"
    labels: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise CollectionError(f"A region is one of {KINDS}, not {self.kind!r}.")
        vertices = tuple((float(y), float(x)) for y, x in self.vertices)
        if len(vertices) < 3 or (self.kind == "rectangle" and len(vertices) != 4):
            raise CollectionError(f"A {self.kind} cannot have {len(vertices)} vertices; draw it again.")
        object.__setattr__(self, "vertices", vertices)
        y0, x0, y1, x1 = self.box
        if not (all(math.isfinite(edge) for vertex in vertices for edge in vertex) and y0 < y1 and x0 < x1):
            raise CollectionError(
                f"A region from {y0}, {x0} to {y1}, {x1} (y, x) has no area; draw it again."
            )
        object.__setattr__(self, "labels", MappingProxyType(dict(self.labels)))
        object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))

    @classmethod
    def new(
        cls,
        vertices: Iterable[Iterable[float]],
        kind: str = "polygon",
        labels: Mapping[str, str] | None = None,
    ) -> Region:
        """Make a region with an id of its own from (N, 2) vertices in y, x."""
        return cls(str(uuid.uuid4()), tuple((y, x) for y, x in vertices), kind, labels or {})

    @classmethod
    def rectangle(cls, y0: float, x0: float, y1: float, x1: float) -> Region:
        """Make an upright rectangle with an id of its own."""
        return cls.new(((y0, x0), (y0, x1), (y1, x1), (y1, x0)), "rectangle")

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The bounding box (y0, x0, y1, x1)."""
        ys, xs = zip(*self.vertices, strict=True)
        return min(ys), min(xs), max(ys), max(xs)

    def labelled(self, property: str, label: str | None) -> Region:
        """Return the region with a class of a property, or without one (None)."""
        labels = {name: kept for name, kept in self.labels.items() if name != property}
        return replace(self, labels=labels if label is None else labels | {property: label})
