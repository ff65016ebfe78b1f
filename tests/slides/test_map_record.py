"""The record of a map: read as it was written, refused where it is damaged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net import MapSettings, RockClassifier, Slide, map_slide
from napari_rocks2net.slides.map_record import RECORD, MapRecord

SETTINGS = MapSettings(field=64, stride=32)


def test_a_record_is_read_as_it_was_written(
    tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray
) -> None:
    slide = Slide.of_arrays(two_halves, name="scan", um_per_pixel=2.5)
    result = map_slide(colours, slide, SETTINGS, out=tmp_path)
    record = MapRecord.read(tmp_path)
    assert (record.slide, record.height, record.width, record.um_per_pixel) == ("scan", *slide.shape, 2.5)
    assert record.grid == result.grid
    assert record.settings["field"] == 64
    assert record.models == tuple(model.fingerprint() for model in colours.models)


@pytest.mark.parametrize("change", [{"slide": None}, {"grid": {}}, {"grid": None}, {"models": 5}])
def test_a_damaged_record_is_refused(
    tmp_path: Path, colours: RockClassifier, two_halves: np.ndarray, change: dict[str, object]
) -> None:
    map_slide(colours, Slide.of_arrays(two_halves), SETTINGS, out=tmp_path)
    stored = json.loads((tmp_path / RECORD).read_text())
    (tmp_path / RECORD).write_text(json.dumps(stored | change))
    with pytest.raises((LookupError, TypeError, ValueError, AttributeError)):
        MapRecord.read(tmp_path)
