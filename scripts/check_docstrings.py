"""Docstring check: public functions of two or more parameters document each of them (numpydoc validation).

    python scripts/check_docstrings.py [ROOM ...]

Prints what is missing, one line each, and exits with 1 if anything is. It looks at all rooms but the plugin
and the command line, or at those that are named, such as ``crystals`` or ``training.fitting``.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

from numpydoc.validate import validate

import napari_rocks2net

WITHOUT = ("plugin", "cli", "__main__")
# Undocumented and unknown parameters, parameters without a description, and what is returned or yielded.
CHECKS = {"PR01", "PR02", "PR07", "RT01", "RT03", "YD01"}
FEWEST_PARAMETERS = 2
WRITING_VERBS = ("Write", "Draw", "Save")


def main(rooms: Sequence[str]) -> int:
    """Print what is missing in the rooms; return 1 if anything is."""
    problems = [problem for name in _modules(rooms) for problem in _problems(importlib.import_module(name))]
    print("\n".join(problems) or "Every public function of two or more parameters documents them.")
    return int(bool(problems))


def _modules(rooms: Sequence[str]) -> Iterator[str]:
    for info in pkgutil.walk_packages(napari_rocks2net.__path__, "napari_rocks2net."):
        name = info.name.removeprefix("napari_rocks2net.")
        if not _within(name, WITHOUT) and (not rooms or _within(name, rooms)):
            yield info.name


def _within(name: str, rooms: Sequence[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def _problems(module: ModuleType) -> Iterator[str]:
    for name, function in _public_functions(module):
        for code, message in validate(f"{module.__name__}.{name}")["errors"]:
            if code in CHECKS and not _is_plain(code, function):
                yield f"{module.__name__}.{name}: {code} {message}"


def _public_functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the functions and methods that a module defines itself, with names relative to it."""
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(value) and _parameters(value) >= FEWEST_PARAMETERS:
            yield name, value
        elif inspect.isclass(value):
            yield from ((f"{name}.{method}", function) for method, function in _methods(value))


def _methods(owner: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the public methods of a class, but for those whose base class documents them."""
    for name, value in vars(owner).items():
        function = getattr(value, "__func__", value)
        bound = 0 if isinstance(value, staticmethod) else 1
        documented = any(getattr(base, name, None) is not None for base in owner.__mro__[1:])
        public = inspect.isfunction(function) and not name.startswith("_") and not documented
        if public and _parameters(function) - bound >= FEWEST_PARAMETERS:
            yield name, function


def _parameters(function: Callable[..., Any]) -> int:
    return len(inspect.signature(function).parameters)


def _is_plain(code: str, function: Callable[..., Any]) -> bool:
    """Tell whether no section is needed: "Return the labels (N,) of ..." and "See `other`" say it all.

    What writes a file returns its path.
    """
    summary = (inspect.getdoc(function) or "").lstrip()
    verbs = {"RT01": ("Return",), "YD01": ("Yield", "Go through")}
    writes = code == "RT01" and inspect.signature(function).return_annotation == "Path"
    return summary.startswith(("See `", *verbs.get(code, ()), *(WRITING_VERBS if writes else ())))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
