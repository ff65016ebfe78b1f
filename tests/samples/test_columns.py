"""Column names: each stands in one place, and none in two meanings."""

from __future__ import annotations

from tests.source_texts import files_with

from napari_rocks2net.samples import columns

# Those that are no words of other things.
OWN_NAMES = {
    *(columns.OUTLINE, columns.PLANE, columns.AFFINE, columns.REGION_ID, columns.FACT_PREFIX),
    *(columns.TRUE_LABEL, columns.CORRECT, *columns.AREA_COLUMNS, *columns.PERCENT_COLUMNS[1:]),
    columns.CLASS_PREFIX,
}


def test_names_of_columns_stand_in_one_file() -> None:
    assert not files_with(OWN_NAMES, columns.__file__)


def test_columns_of_samples_have_names_of_their_own() -> None:
    places = [columns.FILE, columns.REGION, columns.OUTLINE, columns.PLANE, columns.REGION_ID, columns.AFFINE]
    others = [columns.GROUP, columns.SPLIT, columns.FOLD, columns.PIXEL_SIZE, *columns.VIEW_COLUMNS]
    answers = [columns.PROPERTY, columns.LABEL, columns.PROBABILITY, columns.UNFAMILIAR, columns.TRUE_LABEL]
    names = [*places, *others, *answers, columns.CORRECT, columns.PAGE, columns.MODEL, columns.VIEWS]
    assert len(set(names)) == len(names)
    assert not any(name.startswith((columns.CLASS_PREFIX, columns.FACT_PREFIX)) for name in names)
