"""Annotating from a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_rocks2net.annotation import CollectionError, CollectionSession, read_collection
from napari_rocks2net.plugin import annotate_layers, label_layers
from napari_rocks2net.plugin.layers.plane import ImageLayerError


def test_layers_are_added_and_labelled(viewer: Any, photos: list[Path], tmp_path: Path) -> None:
    (first,) = viewer.open(photos[0], plugin="napari")
    stack = viewer.add_image(np.zeros((2, 40, 50), np.uint8), name="stack")
    path = tmp_path / "new.collection.json"
    session = annotate_layers(viewer, path)
    label_layers(session, [first], "grain", "fine crystal")
    label_layers(session, [stack], "grain", "my own")
    images = read_collection(path).images
    assert [image.labels["grain"] for image in images] == ["fine crystal", "my own", "my own"]
    assert images[1].plane == (0,)
    assert "coarse crystal" in read_collection(path).vocabulary("grain").classes
    session.undo()
    assert read_collection(path).images[1].labels == {}


def test_layers_are_added_to_an_existing_collection(
    viewer: Any, session: CollectionSession, photos: list[Path], rgb: np.ndarray
) -> None:
    viewer.add_image(rgb, name="another")
    again = annotate_layers(viewer, session.path, ["another"])
    assert len(again.collection) == 7
    assert again.collection.vocabularies == session.collection.vocabularies


def test_an_open_widget_shows_what_a_script_labels(
    viewer: Any, widget: Any, photos: list[Path], open_widget: Callable[[], Any]
) -> None:
    (layer,) = viewer.open(photos[2], plugin="napari")
    session = annotate_layers(viewer, widget.annotator.session.path, [layer])
    label_layers(session, [layer], "lithology", "basalt")
    assert widget.annotator.collection.images[2].labels == {"lithology": "basalt"}


@pytest.mark.parametrize("layers", [["nothing"], "photo", []])
def test_what_is_no_image_layer_is_refused(viewer: Any, tmp_path: Path, layers: Any) -> None:
    with pytest.raises(ImageLayerError):
        annotate_layers(viewer, tmp_path / "new.collection.json", layers)


def test_a_layer_that_was_not_added_cannot_be_labelled(
    layers: Any, session: CollectionSession, tmp_path: Path, rgb: np.ndarray
) -> None:
    layer = layers.add_image(rgb, name="stranger")
    with pytest.raises(CollectionError, match="stranger"):
        label_layers(session, [layer], "lithology", "basalt")
