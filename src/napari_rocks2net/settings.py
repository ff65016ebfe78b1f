"""Settings of a computation: each field says its default, range, choices and help once.

Command-line options, fields of forms, checks and the documentation of a settings class are made from them.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Class = TypeVar("Class", bound=type[Any])


def setting(
    default: Any,
    help: str,
    *,
    label: str = "",
    within: tuple[float | None, float | None] = (None, None),
    step: float | None = None,
    choices: Mapping[Any, str] | tuple[Any, ...] = (),
    when_none: str = "",
    option: bool = True,
) -> Any:
    """Return a field of a settings class, a frozen dataclass that may be made of `Settings`.

    Its metadata holds all but the default; `settings_of` reads them.

    Parameters
    ----------
    default : Any
        None where the value follows from other settings or from the data.
    help : str
        What it does, in a sentence or two, for the command line, for forms and for the documentation.
    label : str
        What a form calls it; by default the field's name.
    within : tuple of float
        The range of a number, its ends included; None leaves an end open.
    step : float, optional
        By what the arrows of a form change a number.
    choices : mapping or tuple, optional
        What a form offers for a text, with what it shows for each. Those of a ``Literal`` are known.
    when_none : str
        What is shown for the default None.
    option : bool
        Whether the command line has an option of its own for it.
    """
    metadata = {name: value for name, value in locals().items() if name != "default"}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Setting:
    """One field of a settings class: its name and type, and what `setting` was given."""

    name: str
    type: Any
    default: Any
    help: str
    label: str
    minimum: float | None
    maximum: float | None
    step: float | None
    choices: Mapping[Any, str]
    when_none: str
    option: bool
    panel: str | None

    @property
    def range(self) -> str:
        """The values of a number in words, "" where any will do."""
        number = "a whole number" if self.type is int else "a number"
        if self.minimum is None:
            return ""
        if self.maximum is None:
            return f"{number} of at least {self.minimum:g}"
        return f"{number} from {self.minimum:.10g} to {self.maximum:.10g}"

    def accepts(self, value: Any) -> bool:
        """Return whether a value is one of the choices or a number within the range."""
        if value is None:
            return self.default is None
        if get_origin(self.type) is Literal:
            return value in self.choices
        if self.minimum is None:
            return True
        if isinstance(value, bool) or not isinstance(value, int if self.type is int else (int, float)):
            return False
        highest = math.inf if self.maximum is None else self.maximum
        # Whole numbers have no end in Python: those that are no floats are no settings.
        return self.minimum <= value <= min(highest, sys.float_info.max)


class Settings:
    """Base of settings classes whose values are checked when they are made.

    Parameters
    ----------
    panel : str, optional
        The panel of the command line's help that holds their options.
    error : type of Exception
        What a value out of its range raises.
    """

    panel: ClassVar[str | None] = None
    error: ClassVar[type[Exception]] = ValueError

    def __init_subclass__(cls, panel: str | None = None, error: type[Exception] = ValueError) -> None:
        cls.panel, cls.error = panel, error

    def __post_init__(self) -> None:
        check_settings(self, self.error)


_READ: dict[type, Mapping[str, Setting]] = {}


def settings_of(kind: type) -> Mapping[str, Setting]:
    """Return the fields of a settings class that `setting` made, by name and in order."""
    if kind not in _READ:
        hints = get_type_hints(kind)
        _READ[kind] = {
            each.name: _read(each, _without_none(hints[each.name]), getattr(kind, "panel", None))
            for each in dataclasses.fields(kind)
            if "help" in each.metadata
        }
    return _READ[kind]


def check_settings(settings: Any, error: type[Exception] = ValueError) -> None:
    """Refuse a settings object with a value that is out of its range or none of its choices.

    Parameters
    ----------
    settings : dataclass instance
        Only its fields that `setting` made are checked.
    error : type of Exception
        What to raise.
    """
    for name, each in settings_of(type(settings)).items():
        value = getattr(settings, name)
        if not each.accepts(value):
            right = each.range or f"one of {', '.join(map(str, each.choices))}"
            raise error(f"{name} is {value!r}: pass {right}.")


def document_settings(kind: Class) -> Class:
    """Add what the fields say to the docstring of a settings class, as numpydoc's section of parameters."""
    before, mark, after = (inspect.getdoc(kind) or "").partition("Raises\n------")
    rows = [f"{name} : {_type_name(each)}\n    {_sentence(each)}" for name, each in settings_of(kind).items()]
    section = "\n".join(["Parameters", "----------", *rows])
    if issubclass(kind, Settings):
        mark, after = (
            "Raises\n------",
            f"\n{kind.error.__name__}\n    When a value is out of its range.{after}",
        )
    kind.__doc__ = "\n\n".join(filter(None, (before.rstrip(), section, mark + after)))
    return kind


def _read(field: dataclasses.Field[Any], kind: Any, panel: str | None) -> Setting:
    metadata = dict(field.metadata)
    minimum, maximum = metadata.pop("within")
    titles = metadata["choices"] if isinstance(metadata["choices"], Mapping) else {}
    words = get_args(kind) if get_origin(kind) is Literal else metadata["choices"]
    metadata["choices"] = {word: titles.get(word, str(word)) for word in words}
    metadata["label"] = metadata["label"] or field.name.replace("_", " ").capitalize()
    numbers = {"minimum": minimum, "maximum": maximum}
    return Setting(field.name, kind, field.default, **metadata, **numbers, panel=panel)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    return Union[tuple(each for each in get_args(hint) if each is not NoneType)]  # noqa: UP007


def _type_name(each: Setting) -> str:
    if get_origin(each.type) is Literal:
        text = "{" + ", ".join(repr(word) for word in each.choices) + "}"
    else:
        kinds = get_args(each.type) if get_origin(each.type) is Union else (each.type,)
        text = " or ".join(getattr(kind, "__name__", str(kind)) for kind in kinds)
    return f"{text}, optional" if each.default is None else text


def _sentence(each: Setting) -> str:
    ending = f" By default {each.when_none}." if each.when_none else ""
    return f"{each.help}{f' {each.range.capitalize()}.' if each.range else ''}{ending}"
