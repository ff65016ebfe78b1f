"""Plots that are looked at only, in the colours of napari's theme."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from qtpy.QtCore import Qt

from napari_rocks2net.plugin.look.plot_theme import PlotTheme

MARGINS = (2, 8, 4, 6)


def line(colour: str, dashed: bool = False) -> Any:
    """Return the pen of a curve."""
    return pg.mkPen(colour, width=2, style=Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)


class ThemedPlot(pg.PlotWidget):
    """A plot that the mouse neither moves nor zooms; its dock widget tells it of another theme.

    Attributes
    ----------
    theme : PlotTheme
    """

    def __init__(self, theme: PlotTheme, **options: Any) -> None:
        super().__init__(**options)
        self.setMouseEnabled(x=False, y=False)
        self.setMenuEnabled(False)
        self.hideButtons()
        # The uppermost number and the lower half of a title would be cut off.
        self.getPlotItem().layout.setContentsMargins(*MARGINS)
        for side in ("left", "bottom"):
            # pyqtgraph would scale the numbers and put prefixes such as "m" before their unit.
            self.getAxis(side).enableAutoSIPrefix(False)
        self.set_theme(theme)

    def set_theme(self, theme: PlotTheme) -> None:
        """Take over napari's colours."""
        self.theme = theme
        self.setBackground(theme.background)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(theme.faint)
            axis.setTextPen(theme.text)
        if (legend := self.getPlotItem().legend) is not None:
            legend.setLabelTextColor(theme.text)
            legend.setBrush(pg.mkBrush(f"{theme.background}b0"))
            for _, label in legend.items:
                label.setText(label.text, color=theme.text)
