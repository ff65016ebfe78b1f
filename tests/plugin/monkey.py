"""Monkey test of a widget: seeded random actions; nothing may be raised in a slot.

A test makes a `Monkey` for a widget that is open in a viewer and lets it ``run``. Its failure names the seed
and the last actions. ``ROCKS2NET_MONKEY_STEPS`` and ``ROCKS2NET_MONKEY_SEEDS`` make longer tests of it.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from magicgui.backends._qtpy.widgets import QFILE_DIALOG_MODES
from qtpy.QtCore import QItemSelectionModel, QPoint, Qt, QTimer
from qtpy.QtGui import QDesktopServices
from qtpy.QtTest import QTest
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QListView,
    QMenu,
    QMessageBox,
    QScrollBar,
    QSpinBox,
    QTabBar,
    QWidget,
)

STEPS = int(os.environ.get("ROCKS2NET_MONKEY_STEPS", "60"))
SEEDS = range(int(os.environ.get("ROCKS2NET_MONKEY_SEEDS", "2")))
TRAIL_LENGTH = 15
POPUP_MS = 10
TEXTS = (
    "",
    " ",
    "granite",
    "Übergang, fein",
    "0,5",
    "-1",
    "1e99",
    "nan",
    "x" * 300,
    "missing.csv",
    "a/b\\c",
    "(",
)
KEYS = (
    *(Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Backspace),
    *(
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_1,
        Qt.Key.Key_3,
        Qt.Key.Key_9,
    ),
)
ANSWERS = (QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No)


class Monkey:
    """Does at random what a person can do to a widget and to the viewer around it.

    Parameters
    ----------
    viewer, widget
        The viewer, and the widget that is open in it.
    monkeypatch : pytest.MonkeyPatch
        Answers questions and file dialogs, and sets the working folder, until the test ends.
    folder : Path
        Where relative paths and saved files end up.
    seed : int
        The same seed tries the same actions; how far jobs are between two of them differs.
    files : sequence of Path
        What to choose in file dialogs and to type into fields, besides nonsense.
    actions : mapping of str to callable, optional
        More to do, by the words that a failure names it with.
    check : callable, optional
        Called after every action: what must hold at any time.
    """

    def __init__(
        self,
        viewer: Any,
        widget: QWidget,
        monkeypatch: pytest.MonkeyPatch,
        folder: Path,
        *,
        seed: int,
        files: Sequence[Path] = (),
        actions: Mapping[str, Callable[[], Any]] | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.viewer, self.widget, self.folder, self.check = viewer, widget, folder, check
        self.random, self.seed = Random(seed), seed
        self.texts = (*TEXTS, *map(str, files))
        self.layer_actions = self._layer_actions()
        self.actions = {"wait": lambda: QTest.qWait(20), "layers": self._change_layers, **(actions or {})}
        self.trail: list[str] = []
        monkeypatch.chdir(folder)
        self._answer_dialogs(monkeypatch)

    def run(self, qtbot: Any, steps: int = STEPS) -> None:
        """Do so many actions; fail at the first exception in a slot or in ``check``."""
        popups = QTimer(interval=POPUP_MS)
        popups.timeout.connect(self._close_popup)
        popups.start()
        try:
            for _ in range(steps):
                self._step(qtbot)
        finally:
            popups.stop()

    def _step(self, qtbot: Any) -> None:
        with qtbot.captureExceptions() as exceptions:
            try:
                self._act()
                qtbot.wait(1)
                self.check()
            except Exception as error:
                exceptions.append((type(error), error, error.__traceback__))
        if exceptions:
            actions = "\n  ".join(self.trail[-TRAIL_LENGTH:])
            errors = "\n".join("".join(traceback.format_exception(*each)) for each in exceptions)
            pytest.fail(
                f"Seed {self.seed}, step {len(self.trail)}, after\n  {actions}\n{errors}", pytrace=False
            )

    def _act(self) -> None:
        """Do something of any kind that there is, whatever the number of its widgets."""
        targets: dict[Any, list[Any]] = {}
        for each in self.widget.findChildren(QWidget):
            if (touch := _touch_of(each)) is not None and each.isVisibleTo(self.widget) and each.isEnabled():
                targets.setdefault(touch, []).append(each)
        kind = self.random.choice([*targets, "key", *self.actions])
        if kind in targets:
            target = self.random.choice(targets[kind])
            self.trail.append(f"{kind.__name__.lstrip('_')} {_describe(target)}")
            kind(self, target)
        elif kind == "key":
            self._press(self.random.choice([self.widget, *chain.from_iterable(targets.values())]))
        else:
            self.trail.append(kind)
            self.actions[kind]()

    def _press(self, target: QWidget) -> None:
        key = self.random.choice(KEYS)
        modifier = self.random.choice((Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier))
        self.trail.append(f"press {modifier.name} {key.name} in {_describe(target)}")
        QTest.keyClick(target, key, modifier)

    def _change_layers(self) -> None:
        action = self.random.choice(list(self.layer_actions))
        self.trail[-1] = action
        self.layer_actions[action]()

    def _layer_actions(self) -> dict[str, Callable[[], Any]]:
        layers, pixels = self.viewer.layers, np.random.default_rng(self.seed)

        def with_a_layer(act: Callable[[Any], Any]) -> Callable[[], Any]:
            return lambda: act(self.random.choice(list(layers))) if len(layers) else None

        return {
            "add an RGB image": lambda: self.viewer.add_image(pixels.integers(0, 256, (40, 60, 3), np.uint8)),
            "add a stack": lambda: self.viewer.add_image(pixels.integers(0, 4096, (3, 40, 60), np.uint16)),
            "add shapes": lambda: self.viewer.add_shapes([[[5, 5], [5, 20], [20, 20], [20, 5]]]),
            "add labels": lambda: self.viewer.add_labels(pixels.integers(0, 3, (40, 60))),
            "remove a layer": with_a_layer(layers.remove),
            "rename a layer": with_a_layer(lambda layer: setattr(layer, "name", self.random.choice(TEXTS))),
            "hide a layer": with_a_layer(lambda layer: setattr(layer, "visible", not layer.visible)),
            "select a layer": with_a_layer(lambda layer: setattr(layers.selection, "active", layer)),
            "move a layer": with_a_layer(lambda layer: layers.move(layers.index(layer), 0)),
        }

    def _answer_dialogs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        choose = self.random.choice
        for name in ("question", "warning", "information", "critical"):
            monkeypatch.setattr(QMessageBox, name, lambda *_, **__: choose(ANSWERS))
        answers: dict[str, Callable[[], Any]] = {
            "getOpenFileName": lambda: (choose(self.texts), ""),
            "getOpenFileNames": lambda: ([choose(self.texts)], ""),
            "getExistingDirectory": lambda: choose(self.texts),
            "getSaveFileName": lambda: (choose(("", str(self.folder / "saved by the monkey"))), ""),
        }
        for name, answer in answers.items():
            monkeypatch.setattr(QFileDialog, name, lambda *_, answer=answer, **__: answer())
        # magicgui keeps the dialogs that it found when it was imported.
        for mode, dialog in QFILE_DIALOG_MODES.items():
            monkeypatch.setitem(QFILE_DIALOG_MODES, mode, getattr(QFileDialog, dialog.__name__))
        for name in ("getText", "getMultiLineText"):
            monkeypatch.setattr(QInputDialog, name, lambda *_, **__: (choose(TEXTS), choose((True, False))))
        monkeypatch.setattr(QInputDialog, "getInt", lambda *_, **__: (choose((1, 40)), choose((True, False))))
        # Parent, title and label come before the choices.
        monkeypatch.setattr(
            QInputDialog, "getItem", lambda *arguments: (choose(arguments[3]), choose((True, False)))
        )
        monkeypatch.setattr(QDesktopServices, "openUrl", lambda *_: True)

    def _close_popup(self) -> None:
        """End what waits for an answer in an event loop of its own."""
        popup, dialog = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if isinstance(popup, QMenu):
            choices = [each for each in popup.actions() if each.isEnabled() and not each.isSeparator()]
            popup.setActiveAction(self.random.choice(choices) if choices else None)
            QTest.keyClick(popup, self.random.choice((Qt.Key.Key_Return, Qt.Key.Key_Escape)))
        if popup is not None:
            popup.close()
        if isinstance(dialog, QDialog):
            dialog.reject()

    def _click(self, button: QAbstractButton) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _choose_entry(self, choice: QComboBox) -> None:
        choice.setCurrentIndex(self.random.randrange(choice.count()) if choice.count() else -1)
        choice.activated.emit(choice.currentIndex())

    def _choose_tab(self, tabs: QTabBar) -> None:
        tabs.setCurrentIndex(self.random.randrange(max(tabs.count(), 1)))

    def _type(self, line: QLineEdit) -> None:
        line.setText(self.random.choice(self.texts))
        line.textEdited.emit(line.text())
        line.editingFinished.emit()

    def _set_number(self, box: QSpinBox | QDoubleSpinBox) -> None:
        low, high = box.minimum(), box.maximum()
        value = self.random.choice(
            (low, high, self.random.uniform(low, high), self.random.uniform(low, low + 9))
        )
        box.setValue(value if isinstance(box, QDoubleSpinBox) else int(value))

    def _slide(self, slider: QAbstractSlider) -> None:
        slider.setValue(self.random.randint(slider.minimum(), slider.maximum()))

    def _choose_row(self, view: QAbstractItemView) -> None:
        model = view.model()
        # Lists keep their number of columns to themselves.
        columns = 1 if isinstance(view, QListView) else model.columnCount() if model is not None else 0
        if model is None or not (model.rowCount() and columns):
            return
        row, column = self.random.randrange(model.rowCount()), self.random.randrange(columns)
        index = model.index(row, column)
        how = (QItemSelectionModel.SelectionFlag.ClearAndSelect, QItemSelectionModel.SelectionFlag.Toggle)
        view.setCurrentIndex(index)
        view.selectionModel().select(index, self.random.choice(how) | QItemSelectionModel.SelectionFlag.Rows)
        place: QPoint = view.visualRect(index).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        if self.random.random() < 0.3:
            QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


TOUCHES: dict[type[QWidget], Callable[[Monkey, Any], None]] = {
    QAbstractButton: Monkey._click,
    QComboBox: Monkey._choose_entry,
    QTabBar: Monkey._choose_tab,
    QLineEdit: Monkey._type,
    QSpinBox: Monkey._set_number,
    QDoubleSpinBox: Monkey._set_number,
    QAbstractSlider: Monkey._slide,
    QAbstractItemView: Monkey._choose_row,
}
# Their parts are not touched one by one.
WHOLES = (QAbstractSpinBox, QComboBox, QAbstractItemView, QTabBar)


def _touch_of(widget: QWidget) -> Callable[[Monkey, Any], None] | None:
    """Return what to do to a widget; None where nothing is to be done."""
    if isinstance(widget, QScrollBar) or isinstance(widget.parentWidget(), WHOLES):
        return None
    return next((touch for kind, touch in TOUCHES.items() if isinstance(widget, kind)), None)


def _describe(widget: QWidget) -> str:
    text = getattr(widget, "text", str)
    return f"{type(widget).__name__} {text() or widget.toolTip() or widget.objectName()!r}"
