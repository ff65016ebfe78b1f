"""Captions and outlines that napari draws on an image layer itself, in grid view on the image's own tile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from napari.components.overlays import SelectionBoxOverlay, TextOverlay
from napari.layers import Image

CAPTION = "rocks2net caption"
AREA = "rocks2net area"
LIGHT, BACKGROUND = "white", (0.0, 0.0, 0.0, 0.75)
FONT_SIZE, TILE_FONT_SIZE = 10, 7


class CaptionOverlay(TextOverlay):
    """Text on the canvas over one layer, on a dark ground."""


def _can_show_captions() -> bool:
    """Tell napari how to draw captions; it offers no public way to write more than its name on a layer."""
    try:
        from napari._vispy.overlays.text import _VispyLayerTextOverlay
        from napari._vispy.utils.visual import overlay_to_visual
    except ImportError:
        return False

    class VispyCaption(_VispyLayerTextOverlay):
        """Text of an overlay that follows its changes."""

        def _connect_events(self) -> None:
            self.overlay.events.text.connect(self._on_text_change)
            self.overlay.events.font_size.connect(self._on_font_size_change)

        def _on_box_change(self) -> None:
            super()._on_box_change()
            # napari measures several lines a little too small.
            self.box.width, self.box.height = self.box.width * 1.06, self.box.height * 1.25

    overlay_to_visual[CaptionOverlay] = VispyCaption
    return True


CAPTIONS = _can_show_captions()
"""Whether this napari can show them; else captions are the text of the rectangles."""


def annotate_image(
    image: Image, caption: str, areas: Sequence[np.ndarray] = (), font_size: float = FONT_SIZE
) -> None:
    """Show a caption and rectangles on an image layer; an empty caption and no areas take all away.

    A napari without layer overlays shows neither.

    Parameters
    ----------
    image : napari.layers.Image
    caption : str
        Perhaps of several lines.
    areas : sequence of numpy.ndarray
        (N, D) corners in data coordinates.
    font_size : float
        Of the caption, in points.
    """
    overlays = _overlays(image)
    for name in [name for name in overlays if name.startswith(AREA)]:
        del overlays[name]
    for number, corners in enumerate(areas):
        low, high = corners[:, -2:].min(axis=0), corners[:, -2:].max(axis=0)
        bounds = (tuple(low.tolist()), tuple(high.tolist()))
        overlays[f"{AREA} {number}"] = SelectionBoxOverlay(bounds=bounds, visible=True)
    if not caption:
        overlays.pop(CAPTION, None)
    elif CAPTION in overlays:
        overlays[CAPTION].update({"text": caption, "font_size": font_size})
    elif CAPTIONS:
        style = {"color": LIGHT, "box_color": BACKGROUND, "font_size": font_size, "position": "top_left"}
        overlays[CAPTION] = CaptionOverlay(text=caption, visible=True, **style)


def caption_of(image: Image) -> str:
    """Return the caption that is shown on an image layer; empty without one."""
    overlay = _overlays(image).get(CAPTION)
    return overlay.text if overlay is not None else ""


def _overlays(image: Image) -> Any:
    # Widgets get napari's objects in a wrapper, which keeps what is private from them.
    return getattr(getattr(image, "__wrapped__", image), "_overlays", {})
