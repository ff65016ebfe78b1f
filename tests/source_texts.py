"""Texts in the source, for tests that a name stands in one file."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import napari_rocks2net

SOURCE = Path(napari_rocks2net.__file__).parent


@cache
def literals_of(path: Path) -> set[str]:
    """Return the texts of a file, without those of docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {each.value for each in constants if isinstance(each.value, str) and id(each) not in docstrings}


@cache
def subscripts_of(path: Path) -> set[str]:
    """Return the texts by which a file looks something up, as in ``figures["accuracy"]``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    keys = (node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript))
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def files_with(names: set[str], home: str, texts=literals_of) -> dict[str, set[str]]:
    """Return the files of the source that repeat names whose place is another file, and which.

    Parameters
    ----------
    names : set of str
        The names.
    home : str
        The file in which they stand.
    texts : callable
        Returns the texts of a file that count.
    """
    files = [path for path in SOURCE.rglob("*.py") if path != Path(home)]
    return {str(path.relative_to(SOURCE)): both for path in files if (both := names & texts(path))}
