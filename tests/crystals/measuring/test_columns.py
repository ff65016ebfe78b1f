"""Columns of measured crystals: each name stands in one file."""

from __future__ import annotations

from tests.source_texts import files_with

from napari_rocks2net.crystals.measuring import columns
from napari_rocks2net.crystals.measuring.columns import EQUIVALENT_DIAMETER, TOUCHES_BORDER


def test_no_other_file_repeats_a_name() -> None:
    assert not files_with({EQUIVALENT_DIAMETER, TOUCHES_BORDER}, columns.__file__)
