"""Form layout: labels that line up, fields that fit a narrow dock."""

from __future__ import annotations

from magicgui.widgets import Container, Label
from qtpy.QtWidgets import QComboBox, QLabel, QSizePolicy

FEWEST_LETTERS = 8
BROWSE = "Browse..."


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


def let_shrink(container: Container) -> None:  # type: ignore[type-arg]
    """Let choices and sentences be narrower than their text, which would make a form wider than its dock."""
    for field in container:
        if isinstance(field, Label):
            field.native.setWordWrap(True)
            # magicgui fixes the size, so that nothing is wrapped.
            field.native.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    for box in container.native.findChildren(QComboBox):
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(FEWEST_LETTERS)


def widen_list(box: QComboBox) -> None:
    """Let the list that a choice opens be as wide as its texts; call it whenever they change."""
    view = box.view()
    view.setMinimumWidth(view.sizeHintForColumn(0) + view.verticalScrollBar().sizeHint().width())
