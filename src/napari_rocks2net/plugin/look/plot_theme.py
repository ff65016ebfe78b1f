"""Colours of plots, after napari's theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import napari.viewer

from napari_rocks2net.class_colours import ORANGE, PURPLE, SKY_BLUE

TRAINING, VALIDATION, SECOND_RUN = ORANGE, SKY_BLUE, PURPLE


@dataclass(frozen=True)
class PlotTheme:
    """Colours of a plot, "#rrggbb"."""

    background: str
    text: str
    faint: str
    dark: bool

    @classmethod
    def of(cls, viewer: napari.viewer.Viewer) -> Self:
        """Return the colours of the viewer's theme."""
        from napari.utils.theme import get_theme

        theme = get_theme(viewer.theme)
        background, text, faint = (
            getattr(theme, name).as_hex() for name in ("background", "text", "secondary")
        )
        return cls(background, text, faint, theme.type == "dark")
