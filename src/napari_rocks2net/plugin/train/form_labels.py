"""Labels of a form in one column."""

from __future__ import annotations

from magicgui.widgets import Container
from qtpy.QtWidgets import QLabel


def line_up_labels(container: Container) -> None:  # type: ignore[type-arg]
    """Give every label of a form the width of the widest.

    magicgui measures them before napari's style is applied, so call this when the form is shown.
    """
    layout = container.native.layout()
    rows = [layout.itemAt(index).widget() for index in range(layout.count())]
    lines = [row.layout() for row in rows if row is not None and row.layout() is not None]
    firsts = [line.itemAt(0).widget() for line in lines if line.count() > 1]
    labels = [first for first in firsts if isinstance(first, QLabel)]
    width = max((label.sizeHint().width() for label in labels), default=0)
    for label in labels:
        label.setMinimumWidth(width)
