"""List the fields of data classes in a table, from what stands below each of them."""

from __future__ import annotations

from typing import Any

import griffe


class FieldDocstrings(griffe.Extension):
    """Griffe would make a heading of its own of every documented field."""

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Move the docstrings of a data class's fields into a section of the docstring of the class.

        Fields without a docstring share that of the next one.
        """
        if "dataclass" not in cls.labels and "NamedTuple" not in map(str, cls.bases):
            return
        rows: list[str] = []
        names: list[str] = []
        for name, member in cls.members.items():
            if not isinstance(member, griffe.Attribute) or "instance-attribute" not in member.labels:
                continue
            names.append(name)
            if member.docstring is not None:
                text = member.docstring.value.replace("\n", "\n    ")
                rows.append(f"{', '.join(names)} : {member.annotation}\n    {text}")
                member.docstring, names = None, []
        if rows:
            assert cls.docstring is not None
            cls.docstring.value += "\n".join(["", "", "Attributes", "----------", *rows])
