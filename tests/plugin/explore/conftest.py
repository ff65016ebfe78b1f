"""What the tests of the Explore widget share: Annotate with a small collection, and Explore beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from napari_rocks2net.annotation import AnnotationCollection, CollectionSession, Vocabulary
from napari_rocks2net.plugin.commands import open_annotate_widget, open_explore_widget

CLASSES = ("granite", "slate & schist")


@pytest.fixture(autouse=True)
def descriptors_apart(own_cache: None) -> None:
    """Every test of this room describes photos."""


@pytest.fixture
def session(tmp_path: Path, photos: list[Path]) -> CollectionSession:
    """A collection of six photos of which three are labelled."""
    collection = AnnotationCollection((Vocabulary.of_classes("rock", CLASSES),)).with_images(photos)
    keys = [image.key for image in collection.images]
    collection = collection.labelled(keys[:3], "rock", "granite")
    return CollectionSession.create(tmp_path / "rocks.collection.json", collection=collection)


@pytest.fixture
def annotate(viewer: Any, session: CollectionSession) -> Iterator[Any]:
    """Annotate with the collection open."""
    widget = open_annotate_widget(viewer)
    widget.file_panel.open_collection(session.path)
    yield widget
    widget.close_jobs()


@pytest.fixture
def explore(viewer: Any) -> Iterator[Any]:
    """Explore, as the menu opens it."""
    widget = open_explore_widget(viewer)
    yield widget
    widget.close_jobs()
