"""Annotated region: where it is on its image, and what a person says about it."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from napari_rocks2net.samples import Region

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class AnnotatedRegion:
    """A region of an image, with the labels that a person gave it."""

    id: str
    """Stays the same when the region is moved or relabelled; `new` makes one."""
    area: Region
    """Where it is on the image."""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Property -> class."""
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What else is known about it (in JSON's types); kept when the collection is saved."""

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
            Where it is on the image.
        labels : mapping of str
            Property -> class.
        extra : mapping
            What else is known about it, in JSON's types.
        """
        return cls(str(uuid.uuid4()), area, labels, extra)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What else is known about it than its labels: other GeoJSON properties, columns of a table."""
        facts = self.extra.get("properties")
        return facts if isinstance(facts, Mapping) else NOTHING

    def with_facts(self, facts: Mapping[str, Any]) -> AnnotatedRegion:
        """Return the region with more facts."""
        merged = dict(self.facts) | dict(facts)
        return replace(self, extra=dict(self.extra) | {"properties": merged}) if facts else self

    def labelled(self, property: str, label: str | None) -> AnnotatedRegion:
        """Return the region with a class of a property.

        Parameters
        ----------
        property : str
            What is labelled; labels of other properties stay.
        label : str or None
            Its class, not checked here; None takes the label off.
        """
        labels = {name: other for name, other in self.labels.items() if name != property}
        return replace(self, labels=labels if label is None else labels | {property: label})
