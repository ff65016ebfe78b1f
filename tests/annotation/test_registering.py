"""Registration of a collection's fields from their files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_rocks2net.annotation import AnnotatedRegion, AnnotationCollection, Vocabulary, with_regions
from napari_rocks2net.annotation.field_regions import matrix_onto
from napari_rocks2net.annotation.fields import pair_by_name
from napari_rocks2net.annotation.registering import NOTHING, RegisteredViews, register_fields
from napari_rocks2net.iteration import run_to_end
from napari_rocks2net.samples import Region

SHIFT = (6, 9)


@pytest.fixture
def scene() -> np.ndarray:
    """Grains of some ten pixels."""
    coarse = np.random.default_rng(0).integers(0, 256, (30, 36, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((360, 300), Image.Resampling.BICUBIC))


def collection_of(folder: Path, pictures: dict[str, np.ndarray]) -> AnnotationCollection:
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / name)
    empty = AnnotationCollection((Vocabulary.of_classes("rock", ("mud", "silt")),))
    return pair_by_name(empty.with_images([folder / name for name in pictures])).collection


@pytest.fixture
def field(tmp_path: Path, scene: np.ndarray) -> AnnotationCollection:
    """PPL and XPL of a shifted camera."""
    dy, dx = SHIFT
    return collection_of(
        tmp_path, {"S1 PPL.png": scene[:240, :300], "S1 XPL.png": 255 - scene[dy : dy + 240, dx : dx + 300]}
    )


def views_of(collection: AnnotationCollection) -> RegisteredViews:
    return run_to_end(register_fields(collection))


def test_the_views_of_a_field_lie_as_their_pixels_say(field: AnnotationCollection) -> None:
    views = views_of(field)
    aligned = views.applied_to(field)
    ppl, xpl = aligned.images
    np.testing.assert_allclose(matrix_onto(xpl, ppl)[:2, 2], SHIFT, atol=0.3)
    np.testing.assert_allclose(matrix_onto(xpl, ppl)[:2, :2], np.eye(2), atol=5e-3)
    assert str(views) == "1 view laid on the first of their fields; no pixel was changed."


def test_regions_of_the_first_view_follow_on_the_others(field: AnnotationCollection) -> None:
    region = AnnotatedRegion.new(Region.rectangle(60, 80, 120, 160), {"rock": "mud"})
    field = with_regions(field, {field.images[0].key: [region]})
    ppl, xpl = views_of(field).applied_to(field).images
    assert ppl.regions[0].area == region.area
    moved = np.subtract(ppl.regions[0].area.vertices, xpl.regions[0].area.vertices)
    np.testing.assert_allclose(moved, np.broadcast_to(SHIFT, moved.shape), atol=0.5)


def test_what_is_registered_is_not_done_again(field: AnnotationCollection) -> None:
    aligned = views_of(field).applied_to(field)
    again = views_of(aligned)
    assert (again.affines, str(again)) == ({}, NOTHING)
    assert again.applied_to(aligned) == aligned


def test_a_view_of_another_place_and_a_damaged_one_are_refused_and_others_go_on(
    tmp_path: Path, scene: np.ndarray
) -> None:
    other = np.random.default_rng(1).integers(0, 256, (240, 300, 3), dtype=np.uint8)
    dy, dx = SHIFT
    field = collection_of(
        tmp_path,
        {
            "S1 PPL.png": scene[:240, :300],
            "S1 XPL.png": other,
            "S2 PPL.png": scene[:240, :300],
            "S2 XPL.png": scene[:240, :300],
            "S3 PPL.png": scene[:240, :300],
            "S3 XPL.png": scene[dy : dy + 240, dx : dx + 300],
        },
    )
    (tmp_path / "S2 XPL.png").write_bytes(b"nothing")
    views = views_of(field)
    assert views.views == 1
    assert "S1 XPL.png fits nowhere on S1 PPL.png" in views.refused[0]
    assert "S2 XPL.png" in views.refused[1]
    assert [image.affine is not None for image in views.applied_to(field).images] == [False] * 4 + [True] * 2


def test_a_collection_without_fields_says_what_to_do(tmp_path: Path, scene: np.ndarray) -> None:
    assert str(views_of(collection_of(tmp_path, {"S1.png": scene, "S2.png": scene[::-1]}))) == NOTHING
