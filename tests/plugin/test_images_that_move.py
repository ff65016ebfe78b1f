"""Images that are scaled, moved or turned after they were asked about: what lies on them goes with them."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
from napari.experimental import link_layers

from napari_rocks2net.classify import CriticalArea
from napari_rocks2net.crystals import SegmentationSettings
from napari_rocks2net.crystals.synthetic import draw_sem_image
from napari_rocks2net.explain import EvidenceMap
from napari_rocks2net.plugin import classify_layers, measure_crystals_layer, segment_crystals_layer
from napari_rocks2net.plugin.layers.evidence_layer import show_evidence_layer
from napari_rocks2net.plugin.layers.image_planes import image_plane

QUARTER = np.array([[-0.5, -0.5], [-0.5, 39.5], [29.5, -0.5], [29.5, 39.5]])
"""Corners, sorted, of the area that the quick model looks at in a photo of 60 x 80 pixels."""
PLACES: list[dict[str, Any]] = [
    {"scale": (2, 2)},
    {"rotate": 30},
    {"translate": (5, 7)},
    {"affine": np.array([[1, 0.2, 3], [0, 1.5, 4], [0, 0, 1]])},
    {"units": ("um", "um")},
]


def move(layer: Any, place: dict[str, Any]) -> None:
    for name, value in place.items():
        setattr(layer, name, value)


def area_on(image: Any, areas: Any, row: int = 0) -> np.ndarray:
    """Return the sorted corners of an area in pixels of an image, as both lie in the world."""
    corners = [image.world_to_data(areas.data_to_world(corner)) for corner in areas.data[row]]
    return np.array(sorted(np.round(corners, 3).tolist()))


def test_the_area_of_one_photo_goes_with_it(viewer: Any, qtbot: Any, dark: np.ndarray, quick: Any) -> None:
    photo, classifier = viewer.add_image(dark, name="photo"), quick()
    areas, predictions = classify_layers(viewer, ["photo"], classifier)
    for place in PLACES:
        move(photo, place)
        np.testing.assert_allclose(area_on(photo, areas), QUARTER, atol=0.01, err_msg=str(place))
        np.testing.assert_allclose(predictions.data_to_world((9, 9)), photo.data_to_world((9, 9)))
    assert areas.units == photo.units
    assert classifier.given_areas == [None], "nothing was asked again"
    areas.data = [areas.data[0] + 10]
    qtbot.waitUntil(lambda: len(classifier.given_areas) == 2)
    assert classifier.given_areas[1] == CriticalArea(10, 10, 40, 50)


def test_the_areas_of_several_photos_go_each_with_its_own(
    viewer: Any, qtbot: Any, dark: np.ndarray, quick: Any
) -> None:
    photos = [viewer.add_image(dark, name=name, translate=(0, at)) for name, at in (("a", 0), ("b", 100))]
    classifier = quick()
    areas, _ = classify_layers(viewer, ["a", "b"], classifier)
    width = areas.edge_width[0]
    move(photos[0], {"scale": (3, 3), "rotate": 20})
    for row, photo in enumerate(photos):
        np.testing.assert_allclose(area_on(photo, areas, row), QUARTER, atol=0.01, err_msg=photo.name)
    assert areas.edge_width[0] > width
    link_layers([*photos, areas], ("scale",))
    photos[0].scale = (2, 2)
    for row, photo in enumerate(photos):
        np.testing.assert_allclose(photo.scale, (2, 2), err_msg="a person has linked them")
        np.testing.assert_allclose(area_on(photo, areas, row), QUARTER, atol=0.01, err_msg=photo.name)
    # In one place they share their transform.
    move(photos[0], {"rotate": 0, "translate": (0, 100)})
    for row, photo in enumerate(photos):
        np.testing.assert_allclose(area_on(photo, areas, row), QUARTER, atol=0.01, err_msg=photo.name)
    areas.data = [areas.data[0] + 10, areas.data[1]]
    qtbot.waitUntil(lambda: len(classifier.given_areas) == 3)
    assert classifier.given_areas[2] == CriticalArea(10, 10, 40, 50)


def test_the_plane_of_a_stack_has_its_area(viewer: Any, dark: np.ndarray, quick: Any) -> None:
    stack = viewer.add_image(np.stack([dark[..., 0]] * 3), name="stack")
    areas, _ = classify_layers(viewer, ["stack"], quick())
    stack.scale = (1, 4, 4)
    np.testing.assert_allclose(areas.scale, (1, 4, 4))


def test_crystals_are_measured_with_the_calibration_that_their_image_has_now(layers: Any) -> None:
    sem = draw_sem_image((120, 120), diameter=30, coverage=0.5, seed=3)
    image = layers.add_image(sem.image, name="sem", scale=(0.02, 0.02), units=("um", "um"))
    crystals = segment_crystals_layer(layers, image, SegmentationSettings(size=30))
    before = measure_crystals_layer(layers, crystals)["equivalent_diameter"]
    image.scale = (0.01, 0.01)
    after = measure_crystals_layer(layers, crystals)["equivalent_diameter"]
    np.testing.assert_allclose(after, before / 2, rtol=1e-6)
    crystals.translate = (5, 5)
    image.translate = (1, 1)
    np.testing.assert_allclose(crystals.translate, (5, 5), err_msg="a person has moved them")


def test_evidence_lies_on_its_photo(layers: Any, dark: np.ndarray) -> None:
    photo = layers.add_image(dark, name="photo")
    whole = CriticalArea(0, 0, 60, 80)
    cells = np.eye(6, 8, dtype=np.float32)
    evidence = EvidenceMap("lithology", "granite", "global", cells, whole, (60, 80), 0.0, "drawn")
    layer = show_evidence_layer(layers, image_plane(photo), evidence)
    for place in PLACES:
        move(photo, place)
        corner = photo.world_to_data(layer.data_to_world((-0.5, -0.5)))
        np.testing.assert_allclose(corner, (-0.5, -0.5), atol=1e-6, err_msg=str(place))


def test_a_deleted_image_leaves_what_is_known_of_its_place(layers: Any, dark: np.ndarray) -> None:
    photo = layers.add_image(dark, name="photo", scale=(2, 2))
    plane = image_plane(photo)
    layers.layers.remove(photo)
    del photo
    gc.collect()
    np.testing.assert_allclose(plane.transform.keywords["scale"], (2, 2))
