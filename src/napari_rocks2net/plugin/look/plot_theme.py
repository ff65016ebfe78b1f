"""Plots in the colours of napari's theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt

from napari_rocks2net.class_colours import ORANGE, PURPLE, SKY_BLUE

if TYPE_CHECKING:
    import napari.viewer
    import pyqtgraph as pg

TRAINING, VALIDATION, SECOND_RUN = ORANGE, SKY_BLUE, PURPLE


@dataclass(frozen=True)
class PlotTheme:
    """Colours of a plot, "#rrggbb"."""

    background: str
    text: str
    faint: str
    dark: bool

    @classmethod
    def of(cls, viewer: napari.viewer.Viewer) -> PlotTheme:
        """Return the colours of the viewer's theme."""
        from napari.utils.theme import get_theme

        theme = get_theme(viewer.theme)
        background, text, faint = (
            getattr(theme, name).as_hex() for name in ("background", "text", "secondary")
        )
        return cls(background, text, faint, theme.type == "dark")

    def apply(self, plot: pg.PlotWidget) -> None:
        """Colour a plot's ground, axes and title."""
        plot.setBackground(self.background)
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(self.faint)
            axis.setTextPen(self.text)


def solid(colour: str, width: float = 2.0) -> Any:
    """Return a solid pen."""
    import pyqtgraph as pg

    return pg.mkPen(colour, width=width)


def dashed(colour: str, width: float = 2.0) -> Any:
    """Return a dashed pen."""
    import pyqtgraph as pg

    return pg.mkPen(colour, width=width, style=Qt.PenStyle.DashLine)
