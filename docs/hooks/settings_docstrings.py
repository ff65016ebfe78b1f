"""Take the docstrings of settings classes as they are at run time, with what their fields say."""

from __future__ import annotations

import inspect
from typing import Any

import griffe

MARK = "document_settings"


class SettingsDocstrings(griffe.Extension):
    """Griffe reads source text, which does not hold what `document_settings` adds."""

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Replace docstring and default values of a settings class."""
        if not any(MARK in str(decorator.value) for decorator in cls.decorators):
            return
        kind: Any = griffe.dynamic_import(cls.path)
        if cls.docstring is not None:
            cls.docstring.value = inspect.getdoc(kind) or ""
        for parameter in cls.parameters:
            if parameter.name in kind.__dataclass_fields__:
                parameter.default = repr(kind.__dataclass_fields__[parameter.name].default)
