"""Views of a field in the Annotate widget: one line, one label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.annotation import AnnotatedRegion, CollectionSession, read_collection, with_regions
from napari_rocks2net.annotation.image_table import NAME
from napari_rocks2net.plugin.annotate.adding import add_layers
from napari_rocks2net.plugin.layers.field_views import pair_layers
from napari_rocks2net.samples import Region
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
    widget.file_panel.split_fields()
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


def test_a_region_follows_the_layers_as_they_were_laid_on_one_another(
    layers: Any, photos: list[Path], tmp_path: Path
) -> None:
    session = CollectionSession.create(tmp_path / "layers.collection.json")
    added = [layers.add_image(np.asarray(Image.open(file)), name=file.name) for file in photos[:2]]
    pair_layers({added[0]: View("", "PPL"), added[1]: View("", "XPL")})
    add_layers(session, added)
    ppl, xpl = (image.key for image in session.collection.images)
    collection = with_regions(
        session.collection, {ppl: [AnnotatedRegion.new(Region.rectangle(10, 12, 20, 30))]}
    )
    session.apply(collection, "draw")
    assert session.collection.image(xpl).regions == session.collection.image(ppl).regions
    # A quarter turn about the first pixel's corner, and a shift.
    added[1].affine = np.array([[0, -1, 39.5], [1, 0, 0.5], [0, 0, 1]])
    add_layers(session, added)
    assert len(session.collection) == 2
    [region] = session.collection.image(xpl).regions
    corners = added[1].data_to_world(np.subtract(region.area.vertices[0], 0.5))
    np.testing.assert_allclose(np.add(corners, 0.5), (10, 12), atol=2e-3)
    assert read_collection(session.path).image(xpl).regions == (region,)


def test_fields_are_registered_from_their_files_and_that_is_one_step_to_take_back(
    widget: Any, session: Any, qtbot: Any, rng: np.random.Generator, photos: list[Path]
) -> None:
    coarse = Image.fromarray(rng.integers(0, 256, (20, 24, 3), np.uint8))
    scene = np.asarray(coarse.resize((240, 200), Image.Resampling.BICUBIC))
    Image.fromarray(scene[:160, :200]).save(photos[0])
    Image.fromarray(scene[4:164, 6:206]).save(photos[1])
    for file in photos[2:]:
        file.write_bytes(b"nothing")
    widget.file_panel.pair_by_name()
    layers = list(widget.annotator.collection.images)
    widget.file_panel.register.click()
    qtbot.waitUntil(lambda: "1 view laid on the first" in widget.status.text())
    assert "2 left alone" in widget.status.text()
    first, second, *others = read_collection(session.path).images
    np.testing.assert_allclose(second.affine, [[1, 0, 4], [0, 1, 6]], atol=0.3)
    assert first.affine is not None
    assert all(image.affine is None for image in others)
    widget.annotator.undo()
    assert list(read_collection(session.path).images) == layers


def test_a_view_that_a_region_does_not_reach_is_named(
    widget: Any, session: Any, qtbot: Any, shown: Any
) -> None:
    widget.file_panel.pair_by_name()
    first, second = session.collection.images[:2]
    Image.new("RGB", (20, 10)).save(second.file)
    widget.annotator.show(first.key)
    shown(widget)
    widget.layers.regions.layer.add_rectangles(np.array([[1, 1], [5, 5]], float))
    qtbot.waitUntil(lambda: f"{second.name} has another size than {first.name}" in widget.status.text())
    assert len(widget.annotator.image(first.key).regions) == 1
    assert session.collection.image(second.key).regions == ()
