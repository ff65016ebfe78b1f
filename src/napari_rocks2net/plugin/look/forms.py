"""Forms: labels that line up, fields that fit a narrow dock, pages that scroll."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from magicgui.widgets import CheckBox, Container, Label
from magicgui.widgets.bases import BaseValueWidget
from qtpy.QtCore import QEvent, Qt
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QLabel,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QWidget,
)
from superqt import QCollapsible

from napari_rocks2net.plugin.look.controls import column, shorten

FEWEST_LETTERS = 8
BROWSE = "Browse..."
LABEL_WIDTH = 96
GROUP_MARGINS = (9, 9, 9, 9)


def form(lines: Mapping[str, Any], parent: QWidget | None = None) -> QFormLayout:
    """Return a form of named lines that is aligned with others of its kind.

    Parameters
    ----------
    lines : mapping
        Name -> widget, layout, or (widget or layout, tooltip), which stands on the name and on the field. A
        field of `setting_field` is named by itself: by its label, or beside the box of one that is ticked.
    parent : QWidget, optional
        The widget that the form fills.
    """
    layout = QFormLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for name, field in lines.items():
        layout.addRow(*_line(name, field))
    return layout


def _line(name: str, field: Any) -> tuple[QLabel, Any]:
    field, tip = field if isinstance(field, tuple) else (field, "")
    if isinstance(field, BaseValueWidget):
        name, tip = "" if isinstance(field, CheckBox) else field.label, field.tooltip or ""
        field = field.native
    label = QLabel(name)
    label.setMinimumWidth(LABEL_WIDTH)
    label.setToolTip(tip)
    if tip and isinstance(field, QWidget):
        field.setToolTip(tip)
    return label, field


def folded(content: QWidget) -> QCollapsible:
    """Return what only some need, folded away."""
    section = QCollapsible("Advanced")
    section.addWidget(content)
    return section


def group(title: str, *parts: QWidget | QLayout) -> QGroupBox:
    """Return parts in a box with a title."""
    box = QGroupBox(title)
    column(box, *parts).setContentsMargins(*GROUP_MARGINS)
    return box


class Page(QScrollArea):
    """A page of a widget that scrolls where the window is low."""

    def fill(self, *parts: QWidget | QLayout) -> None:
        """Put the parts of the page one below the other."""
        content = QWidget()
        lines = column(content, *parts)
        lines.setContentsMargins(0, 4, 0, 0)
        lines.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)

    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802
        """Lay the parts out anew when one of them asks for it; Qt does so only when the page is resized."""
        if event.type() == QEvent.Type.LayoutRequest and (content := self.widget()) is not None:
            content.layout().activate()
        return bool(super().eventFilter(watched, event))


def align_labels(container: Container) -> None:  # type: ignore[type-arg]
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
    # On a page that scrolls Qt would lay the lines out anew only when it is resized.
    for line in lines:
        line.activate()


def allow_shrinking(container: Container) -> None:  # type: ignore[type-arg]
    """Let choices and sentences be narrower than their text, which would make a form wider than its dock."""
    for field in container:
        if isinstance(field, Label):
            field.native.setWordWrap(True)
            # magicgui fixes the size, so that nothing is wrapped.
            field.native.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    for box in container.native.findChildren(QComboBox):
        shorten(box, FEWEST_LETTERS)


def widen_list(box: QComboBox) -> None:
    """Let the list that a choice opens be as wide as its texts; call it whenever they change."""
    view = box.view()
    view.setMinimumWidth(view.sizeHintForColumn(0) + view.verticalScrollBar().sizeHint().width())
