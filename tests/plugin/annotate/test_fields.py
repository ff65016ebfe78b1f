"""Views of a field in the Annotate widget: one line, one label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.annotation import read_collection
from napari_rocks2net.annotation.image_table import NAME


@pytest.fixture
def photos(tmp_path: Path, rng: np.random.Generator) -> list[Path]:
    """Three sections, each in PPL and XPL."""
    files = [tmp_path / f"S{section} {light}.png" for section in "123" for light in ("PPL", "XPL")]
    for file in files:
        Image.fromarray(rng.integers(0, 255, (40, 60, 3), np.uint8)).save(file)
    return files


def test_photos_of_one_field_are_one_line_with_one_label(widget: Any, session: Any) -> None:
    model = widget.page.model
    photos = model.rowCount()
    widget.file_panel.pair_by_name()
    assert "3 fields have several views" in widget.status.text()
    assert model.rowCount() == photos // 2
    assert model.index(0, NAME).data().endswith("(PPL + XPL)")
    first, second = session.collection.images[:2]
    assert model.row_of(first.key) == model.row_of(second.key) == 0
    widget.annotator.show(first.key)
    label = widget.annotator.vocabulary.classes[0]
    widget.annotator.label(label)
    saved = read_collection(session.path).images
    assert [image.labels.get(widget.annotator.property_name) for image in saved[:3]] == [label, label, None]
    widget.annotator.undo()
    widget.annotator.undo()
    assert model.rowCount() == photos
    widget.file_panel.pair_by_name()
    widget.file_panel.part_fields()
    assert model.rowCount() == photos
