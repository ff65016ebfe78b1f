"""Layer metadata of this plugin: the typed mark in ``layer.metadata["rocks2net"]``.

In the program a mark is a frozen dataclass. On the layer it is a plain dictionary, which napari can copy and
a person can write in a script:
``metadata={"rocks2net": {"labels": {"lithology": "granite"}, "section": "A12"}}``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Self

from napari.experimental import unlink_layers
from napari.layers import Image, Layer

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.pixel_scale import PixelSize
from napari_rocks2net.views import View

METADATA_KEY = "rocks2net"

ANNOTATED_IMAGE = "annotated image"
TABLE_IMAGE = "of a training table"
OPENED_IMAGE = "judged image"
REGIONS = "regions"
BY_PERSON = ""
"""The kind of a mark that a script wrote: it has none."""

CRYSTALS = "crystals"
CRYSTALS_PREVIEW = "crystals preview"
SELECTED_CRYSTALS = "selected crystals"
SCALE_BAR = "scale bar"

EVIDENCE = "evidence"

Origin = tuple[str, tuple[int, ...]]
"""The file that pixels were read from, and their plane in it."""


@dataclass(frozen=True, kw_only=True)
class LayerMark:
    """Mark of a layer; a subclass for each use says what it carries."""

    kinds: ClassVar[frozenset[str]] = frozenset()

    kind: str
    """One of the subclass's `kinds`."""
    layer: str = ""
    """Unique id of the layer that the mark was written to: a duplicate that a person makes carries the mark
    of the original, and is theirs."""

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Self | None:
        """Read the mark in a layer's metadata; None where there is none of this class, or a damaged one."""
        stored = metadata.get(METADATA_KEY)
        if not isinstance(stored, Mapping) or stored.get("kind", BY_PERSON) not in cls.kinds:
            return None
        names = {each.name for each in fields(cls)}
        try:
            return cls(**{"kind": BY_PERSON, **{name: stored[name] for name in names & stored.keys()}})
        except (AttributeError, TypeError, ValueError):
            return None

    @classmethod
    def of_own(cls, layer: Layer, *kinds: str) -> Self | None:
        """Read the mark of a layer that we made ourselves, perhaps of certain kinds; None for any other."""
        mark = cls.of(layer.metadata)
        own = mark is not None and mark.layer == str(layer.unique_id)
        return mark if mark is not None and own and (not kinds or mark.kind in kinds) else None

    def write(self, layer: Layer) -> None:
        """Mark a layer as ours, and no layer that is linked to it."""
        # napari would give linked layers the whole metadata: file, labels and scale of another image.
        unlink_layers([getattr(layer, "__wrapped__", layer)], ("metadata",))
        layer.metadata.update(replace(self, layer=str(layer.unique_id)).metadata())
        layer.events.metadata()

    def metadata(self) -> dict[str, dict[str, Any]]:
        """Return the metadata of a layer that is still to be made."""
        return {METADATA_KEY: {each.name: getattr(self, each.name) for each in fields(self)}}


@dataclass(frozen=True, kw_only=True)
class ImageMark(LayerMark):
    """Mark of a layer about one image: the image itself, or the regions on it."""

    kinds = frozenset({ANNOTATED_IMAGE, TABLE_IMAGE, OPENED_IMAGE, REGIONS, BY_PERSON})

    kind: str = BY_PERSON
    file: str = ""
    """The image file, empty where the mark does not say."""
    plane: tuple[int, ...] = ()
    """Position along the leading axes of a stack in that file; empty for a single picture."""
    labels: dict[str, str] = dataclasses.field(default_factory=dict)
    """Property -> class of the whole image."""
    section: str = ""
    """The thin section; empty when the mark does not say."""
    colours: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)
    """Property -> class -> "#rrggbb" of the collection that the image is in."""
    field: str = ""
    """Name that the views of one field share; empty for a photo by itself."""
    light: str = ""
    """One of `napari_rocks2net.views.LIGHTS`, or empty."""
    angle: float | None = None
    """Of the stage, in degrees."""
    um_per_pixel: float | None = None
    """Micrometres a pixel, as a collection says; None where it does not."""

    def __post_init__(self) -> None:
        if self.um_per_pixel is not None:
            PixelSize(self.um_per_pixel, "collection")
        View(self.file, self.light, self.angle)
        labels = {str(name): str(label) for name, label in self.labels.items() if label}
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "plane", tuple(int(index) for index in self.plane))
        object.__setattr__(self, "file", str(self.file or ""))
        object.__setattr__(self, "section", str(self.section or ""))

    @property
    def key(self) -> ImageKey | None:
        """The image's name in a collection; None where the mark names no file."""
        return ImageKey.of(self.file, self.plane) if self.file else None


@dataclass(frozen=True, kw_only=True)
class CrystalMark(LayerMark):
    """Mark of a layer of crystals, of a preview or of a tool beside them."""

    kinds = frozenset({CRYSTALS, CRYSTALS_PREVIEW, SELECTED_CRYSTALS, SCALE_BAR})

    run: str = ""
    """Of the segmentation."""
    source: str | None = None
    """Unique id of the image layer that the crystals are in."""
    plane: tuple[int, ...] = ()
    """Position of their plane in its stack."""
    digest: int | None = None
    """Checksum of the labels as they were found."""


@dataclass(frozen=True, kw_only=True)
class EvidenceMark(LayerMark):
    """Mark of a layer with the evidence for an answer."""

    kinds = frozenset({EVIDENCE})

    kind: str = EVIDENCE
    source: str = ""
    """Unique id of the image layer that it lies over."""
    property: str = ""
    class_name: str = ""
    """What it speaks for or against."""
    stream: str = ""
    """Either "global" or "local"."""


def is_photo(layer: Layer) -> bool:
    """Return whether a layer is an image that can be asked about: any but our own maps of answers."""
    return isinstance(layer, Image) and own_kind(layer) in (None, *ImageMark.kinds)


def own_kind(layer: Layer) -> str | None:
    """Return the kind of a layer that we made ourselves, None for any other."""
    stored = layer.metadata.get(METADATA_KEY)
    if not isinstance(stored, Mapping) or stored.get("layer") != str(layer.unique_id):
        return None
    return str(stored.get("kind", BY_PERSON))


def source_file(layer: Layer) -> Path | None:
    """Return the image file whose pixels a layer shows, as its mark or napari says; None if there is none."""
    mark = ImageMark.of(layer.metadata)
    path = (mark.file if mark is not None else "") or getattr(layer.source, "path", None)
    return Path(path) if path else None


def stored_colours(layers: Iterable[Layer]) -> dict[str, dict[str, str]]:
    """Return property -> class -> "#rrggbb" of the collections whose images the layers show."""
    colours: dict[str, dict[str, str]] = {}
    for layer in layers:
        mark = ImageMark.of(layer.metadata)
        for name, classes in (mark.colours if mark is not None else {}).items():
            colours[name] = classes | colours.get(name, {})
    return colours
