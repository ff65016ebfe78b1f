"""Colours of the channels of a TIFF series, as OME's names and ImageJ's tables say."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from napari_rocks2net.imaging.colour_models import LUMA

COLOUR_NAMES = (["red", "green", "blue"], ["r", "g", "b"])
# As the colours of channels stand in OME: RGBA in a signed number of 32 bits.
PURE_COLOURS = [(True, False, False), (False, True, False), (False, False, True)]
# Names that programs give to channels of which they know nothing.
NUMBERED = re.compile(r"(?:channel|chan|ch|c|band|kanal|canal|default|sample)?[\W_]*[\d\W_]*")


def colour_order(series: tifffile.TiffPageSeries) -> Sequence[int] | None:
    """Return where red, green and blue stand among three channels; None where they are something else.

    The colours or the names of the channels say so; where a file says nothing, they stand as listed.
    """
    tables = _tables(series)
    if len(tables) == 3:
        # A picture has one white: of tables of both kinds each is a picture of its own.
        same = len({_falls(table) for table in tables}) == 1
        brightest = [tuple(table.max(axis=1) > 127) for table in tables]
        return _order_of(brightest, PURE_COLOURS) if same else None
    channels = _ome_channels(series)
    names = [channel.get("Name", "").strip().lower() for channel in channels]
    colours = [_ome_colour(channel.get("Color", "")) for channel in channels]
    for names_read, names_needed in (
        (names, COLOUR_NAMES[0]),
        (names, COLOUR_NAMES[1]),
        (colours, PURE_COLOURS),
    ):
        if order := _order_of(names_read, names_needed):
            return order
    others = len(set(names)) == 3 and not any(map(NUMBERED.fullmatch, names))
    return None if others else range(3)


def has_colour_labels(series: tifffile.TiffPageSeries) -> bool:
    """Tell whether ImageJ's labels call three slices red, green and blue, in that order."""
    labels = _imagej(series).get("Labels")
    return isinstance(labels, list) and [str(label).lower() for label in labels] in COLOUR_NAMES


def is_inverted(series: tifffile.TiffPageSeries, channel: int) -> bool:
    """Tell whether ImageJ shows the smallest value of a channel in white.

    Parameters
    ----------
    series : tifffile.TiffPageSeries
        Of any kind; others than ImageJ's are not inverted by a table.
    channel : int
        Position along the channels, 0 where there are none.

    Returns
    -------
    bool
        False where the file says nothing.
    """
    tables = _tables(series)
    return channel < len(tables) and _falls(tables[channel])


def ome_pixels(series: tifffile.TiffPageSeries) -> str:
    """Return what OME says about the pixels of one of its images, attributes first; empty for others."""
    file = series.parent
    if file is None or not file.is_ome:
        return ""
    images = re.split(r"<(?:\w+:)?Image\b", file.ome_metadata or "")[1:]
    # Where the pages contradict the text, tifffile makes other series of them.
    if series.kind == "ome" and len(images) == len(file.series):
        images = [images[next(place for place, each in enumerate(file.series) if each is series)]]
    elif len(images) > 1:
        # Those of files that are not there have no series; the others are told by their names.
        images = [text for text in images if _ome_name(text) == series.name]
    return re.split(r"<(?:\w+:)?Pixels\b", images[0], maxsplit=1)[-1] if len(images) == 1 else ""


def _ome_name(image: str) -> str:
    name = re.match(r"[^>]*\bName=(?:\"([^\"]*)\"|'([^']*)')", image)
    return html.unescape(name[1] or name[2] or "") if name else ""


def _falls(table: npt.NDArray[np.uint8]) -> bool:
    """Tell whether a (3, 256) table grows darker throughout."""
    brightness = np.array(LUMA) @ table
    return bool((np.diff(brightness) <= 0).all() and brightness[-1] < brightness[0])


def _tables(series: tifffile.TiffPageSeries) -> list[npt.NDArray[np.uint8]]:
    """Return ImageJ's look-up tables, (3, 256) for each channel; none where one is damaged."""
    tables = _imagej(series).get("LUTs")
    # One table alone is no list.
    arrays = [np.asarray(table) for table in (tables if isinstance(tables, list) else [tables])]
    return arrays if all(array.shape == (3, 256) for array in arrays) else []


def _order_of(present: Sequence[Any], needed: Sequence[Any]) -> list[int] | None:
    """Return where what is wanted stands in what is known; None where something is missing."""
    return [present.index(each) for each in needed] if all(each in present for each in needed) else None


def _imagej(series: tifffile.TiffPageSeries) -> dict[str, Any]:
    return file.imagej_metadata or {} if (file := series.parent) and series.kind == "imagej" else {}


def _ome_channels(series: tifffile.TiffPageSeries) -> list[dict[str, str]]:
    """Return the attributes of the first three channels of an OME file."""
    channels = re.findall(r"<(?:\w+:)?Channel\b([^>]*)>", ome_pixels(series))[:3]
    return [dict(re.findall(r"\b(\w+)=[\"']([^\"']*)", channel)) for channel in channels]


def _ome_colour(text: str) -> tuple[bool, ...] | None:
    """Return whether there is red, green and blue in a channel's colour; None where that is not said."""
    if not re.fullmatch(r"-?\d{1,10}", text):
        return None
    rgba = (int(text) & 0xFFFFFFFF).to_bytes(4, "big")
    return tuple(level > 127 for level in rgba[:3])
