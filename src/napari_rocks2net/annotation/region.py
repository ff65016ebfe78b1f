"""Annotated region: a part of an image with labels of its own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from napari_rocks2net.samples import Region

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class AnnotatedRegion:
    """A region of an image and what a person said about it.

    Attributes
    ----------
    id : str
        Stays the same when the region is moved or relabelled; `new` makes one.
    area : Region
        Where it is on the image.
    labels : mapping of str
        Property -> class.
    extra : mapping
        What else is known about it (in JSON's types); kept when the collection is saved.
    """

    id: str
    area: Region
    labels: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", MappingProxyType(dict(self.labels)))
        object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))

    @classmethod
    def new(
        cls, area: Region, labels: Mapping[str, str] = NOTHING, extra: Mapping[str, Any] = NOTHING
    ) -> AnnotatedRegion:
        """Annotate a region, with an id of its own.

        Parameters
        ----------
        area : Region
        labels : mapping of str
            Property -> class.
        extra : mapping
            In JSON's types.
        """
        return cls(str(uuid.uuid4()), area, labels, extra)

    def labelled(self, property: str, label: str | None) -> AnnotatedRegion:
        """Return the region with a class of a property, or without one (None).

        Parameters
        ----------
        property : str
        label : str or None
        """
        labels = {name: other for name, other in self.labels.items() if name != property}
        return replace(self, labels=labels if label is None else labels | {property: label})
