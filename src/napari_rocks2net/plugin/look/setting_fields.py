"""Form fields made from the fields of a settings class, and forms of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, ComboBox, FileEdit, FloatSlider, FloatSpinBox, SpinBox
from magicgui.widgets.bases import BaseValueWidget
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QAbstractSpinBox, QWidget

from napari_rocks2net.plugin.look.controls import column
from napari_rocks2net.plugin.look.forms import BROWSE, folded, form
from napari_rocks2net.settings import Setting, settings_of

LARGEST = 10_000
LARGEST_WHOLE = 2**31 - 1
READOUT_WIDTH = 36


class NamedFields:
    """Base of forms whose ``fields`` are also attributes."""

    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        """Return a field by its name."""
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(name) from None


class OptionalNumber(FloatSpinBox):
    """A positive number, or None, which a text stands for."""

    def __init__(self, when_none: str, **options: Any) -> None:
        super().__init__(**options)
        self.native.setSpecialValueText(when_none)

    def get_value(self) -> float | None:  # type: ignore[override]
        """Return the number."""
        return super().get_value() or None

    def set_value(self, value: float | None) -> None:
        """Set the number."""
        super().set_value(value or 0)


def setting_field(
    kind: type, name: str, *, slider: bool = False, decimals: int = 2, **options: Any
) -> BaseValueWidget[Any]:
    """Return a field for one setting, with its label, tooltip, range, choices and default.

    A number can be shown as a slider, else with so many decimals. The options are those of the widget, in
    place of what the setting says, and ``when_none``, the text for None.
    """
    setting = settings_of(kind)[name]
    when_none = options.pop("when_none", setting.when_none)
    options = {"label": setting.label, "tooltip": setting.help} | options
    if setting.default is not None:
        options.setdefault("value", setting.default)
    if setting.type is bool:
        return CheckBox(text=options.pop("label"), **options)
    if setting.type is int:
        return SpinBox(**(_range(setting) | options))
    if setting.type is float and slider:
        return _narrow_readout(FloatSlider(**(_range(setting) | options)))
    if setting.type is float:
        return _number_field(setting, decimals, when_none, _range(setting) | options)
    if Path in get_args(setting.type):
        return folder_field(nullable=True, **options)
    unset = [(when_none, None)] if setting.default is None else []
    options.setdefault("choices", unset + [(text, word) for word, text in setting.choices.items()])
    return ComboBox(**options)


def _number_field(
    setting: Setting, decimals: int, when_none: str, options: dict[str, Any]
) -> BaseValueWidget[Any]:
    number = FloatSpinBox(**options) if "value" in options else OptionalNumber(when_none, **options)
    number.native.setDecimals(decimals)
    number.set_value(setting.default)  # Again: fewer decimals have rounded it.
    return number


def folder_field(**options: Any) -> FileEdit:
    """Return a field for a folder; the options are those of `magicgui.widgets.FileEdit`."""
    return _with_browse(FileEdit(mode=FileDialogMode.EXISTING_DIRECTORY, **options))


def file_field(pattern: str, tooltip: str) -> FileEdit:
    """Return a field for an existing file whose name fits a pattern such as "*.csv"."""
    mode = FileDialogMode.EXISTING_FILE
    return _with_browse(FileEdit(label="File", mode=mode, filter=pattern, tooltip=tooltip))


def _with_browse(field: FileEdit) -> FileEdit:
    field.choose_btn.text, field.choose_btn.tooltip = BROWSE, field.tooltip
    return field


def read_fields(fields: Mapping[str, BaseValueWidget[Any]]) -> dict[str, Any]:
    """Return the values of fields by their names, numbers rounded to what is shown."""
    return {name: _rounded(field.value) for name, field in fields.items()}


def fill_fields(fields: Mapping[str, BaseValueWidget[Any]], values: Mapping[str, Any]) -> None:
    """Fill fields in; those without a value stay as they are.

    Raises
    ------
    TypeError, ValueError
        When a value is of another kind than its field, or out of its range.
    """
    for name in fields.keys() & values.keys():
        fields[name].value = values[name]


class SettingBox(QWidget):
    """A form of settings, of which some are folded away; numbers count when they are typed to their end.

    Parameters
    ----------
    fields : mapping
        The fields by the names of the settings.
    lines : mapping
        What is in sight; see `form`.
    advanced : sequence of str
        The names of the fields that are folded away.

    Signals
    -------
    changed : ()
    """

    changed = Signal()

    def __init__(
        self, fields: Mapping[str, BaseValueWidget[Any]], lines: Mapping[str, Any], advanced: Sequence[str]
    ) -> None:
        super().__init__()
        self.fields = dict(fields)
        rest = QWidget()
        form({name: fields[name] for name in advanced}, rest)
        column(self, form(lines), folded(rest))
        for spin_box in self.findChildren(QAbstractSpinBox):
            spin_box.setKeyboardTracking(False)
        for field in fields.values():
            field.changed.connect(lambda _: self.changed.emit())

    def values(self) -> dict[str, Any]:
        """Return the fields by their names, as JSON can hold them."""
        return read_fields(self.fields)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill the fields in; see `fill_fields`."""
        fill_fields(self.fields, values)


def _range(setting: Setting) -> dict[str, Any]:
    highest = LARGEST if setting.maximum is None else min(setting.maximum, LARGEST_WHOLE)
    return {"min": setting.minimum or 0, "max": highest, "step": setting.step or 1}


def _narrow_readout(field: FloatSlider) -> FloatSlider:
    """Give the number beside a slider the width that it needs."""
    for readout in field.native.findChildren(QAbstractSpinBox):
        readout.setStyleSheet(f"{readout.styleSheet()} padding: 0; min-width: {READOUT_WIDTH}px;")
        readout.setMaximumWidth(READOUT_WIDTH)
    return field


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
