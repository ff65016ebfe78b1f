"""Column names: each stands in one place, and none in two meanings."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import napari_rocks2net
from napari_rocks2net.samples import columns

SOURCE = Path(napari_rocks2net.__file__).parent
# Those that are no words of other things.
OWN_NAMES = {
    *(columns.OUTLINE, columns.PLANE, columns.AFFINE, columns.REGION_ID, columns.FACT_PREFIX),
    *(columns.TRUE_LABEL, columns.CORRECT, *columns.AREA_COLUMNS, *columns.PERCENT_COLUMNS[1:]),
    columns.CLASS_PREFIX,
}


def literals_of(path: Path) -> set[str]:
    """Return the texts of a file, without those of docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    }


@pytest.mark.parametrize("room", sorted(each.name for each in SOURCE.iterdir() if each.is_dir()))
def test_names_of_columns_stand_in_one_file(room: str) -> None:
    files = [path for path in (SOURCE / room).rglob("*.py") if path != Path(columns.__file__)]
    repeated = {path.name: both for path in files if (both := OWN_NAMES & literals_of(path))}
    assert not repeated


def test_columns_of_samples_have_names_of_their_own() -> None:
    places = [columns.FILE, columns.REGION, columns.OUTLINE, columns.PLANE, columns.REGION_ID, columns.AFFINE]
    others = [columns.GROUP, columns.SPLIT, columns.FOLD, columns.PIXEL_SIZE, *columns.VIEW_COLUMNS]
    answers = [columns.PROPERTY, columns.LABEL, columns.PROBABILITY, columns.UNFAMILIAR, columns.TRUE_LABEL]
    names = [*places, *others, *answers, columns.CORRECT, columns.PAGE, columns.MODEL, columns.VIEWS]
    assert len(set(names)) == len(names)
    assert not any(name.startswith((columns.CLASS_PREFIX, columns.FACT_PREFIX)) for name in names)
