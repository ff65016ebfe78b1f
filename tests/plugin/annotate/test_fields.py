"""Views of a field in the Annotate widget: one line, one label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.annotation import CollectionSession, read_collection
from napari_rocks2net.annotation.image_table import NAME
from napari_rocks2net.plugin.annotate.adding import add_layers
from napari_rocks2net.plugin.layers.field_views import pair_layers
from napari_rocks2net.views import View


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


def test_layers_that_are_paired_in_the_viewer_are_a_field_of_the_collection(
    layers: Any, photos: list[Path], tmp_path: Path
) -> None:
    session = CollectionSession.create(tmp_path / "layers.collection.json")
    added = [layers.add_image(np.asarray(Image.open(file)), name=file.name) for file in photos[:3]]
    pair_layers({added[0]: View("", "PPL"), added[1]: View("", "XPL", 30.0)})
    add_layers(session, added)
    views = [(image.field, image.light, image.angle) for image in session.collection.images]
    assert views[0][0] == views[1][0] != ""
    assert [each[1:] for each in views] == [("PPL", None), ("XPL", 30.0), ("", None)]
    assert views[2][0] == ""
