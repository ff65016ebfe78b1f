"""Check labels: what may be wrong and what is there twice is listed, and a line shows its photo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from napari_rocks2net.annotation import AnnotationCollection, CollectionSession, Vocabulary

SECTIONS, FIELDS = 10, 2


@pytest.fixture
def photos(tmp_path: Path, rng: np.random.Generator) -> list[Path]:
    """Fine and coarse textures of ten thin sections; the last photo is a turned copy of the one before."""
    files = []
    for section in range(SECTIONS):
        for field in range(FIELDS):
            grains = ndimage.gaussian_filter(rng.normal(size=(80, 100)), 1 + 3 * (section % 2))
            grey = np.clip(128 + 40 * grains / grains.std(), 0, 255).astype(np.uint8)
            files.append(tmp_path / f"S{section}_PPL_{field}.png")
            Image.fromarray(grey).convert("RGB").save(files[-1])
    Image.open(files[-2]).transpose(Image.Transpose.ROTATE_90).save(files[-1])
    return files


@pytest.fixture
def session(tmp_path: Path, photos: list[Path]) -> CollectionSession:
    """All labelled, one of them wrong."""
    classes = ("fine", "coarse")
    collection = AnnotationCollection((Vocabulary.of_classes("grain", classes),)).with_images(photos)
    for number, image in enumerate(collection.images):
        name = classes[(number // FIELDS) % 2 if number != 4 else 1]
        collection = collection.labelled([image.key], "grain", name, origin="person")
    return CollectionSession.create(tmp_path / "rocks.collection.json", collection=collection)


def checked(widget: Any, qtbot: Any) -> Any:
    widget.check.check()
    qtbot.waitUntil(lambda: not widget.check.jobs.running)
    return widget.check


def texts(table: Any) -> list[list[str]]:
    return [
        [table.item(line, at).text() for at in range(table.columnCount())] for line in range(table.rowCount())
    ]


def test_a_wrong_label_and_a_copy_are_listed_and_shown(widget: Any, qtbot: Any, photos: list[Path]) -> None:
    page, annotator = checked(widget, qtbot), widget.annotator
    assert "50 more photos may add" in page.text.text()
    ((name, label, suggested, _),) = texts(page.doubts)
    assert (name, label, suggested) == (photos[4].name, "coarse", "fine")
    assert texts(page.copies) == [[photos[-1].name, photos[-2].name]]
    page.copies.setCurrentCell(0, 0)
    assert annotator.current.file == photos[-1]
    page.doubts.setCurrentCell(0, 0)
    assert annotator.current.file == photos[4]
    annotator.label("fine")
    assert page.doubts.rowCount() == 0
    assert page.doubts_title.text() == "0 labels may be wrong."
    annotator.undo()
    assert page.doubts.rowCount() == 1


def test_labels_that_cannot_be_checked_are_reported(widget: Any, qtbot: Any) -> None:
    annotator = widget.annotator
    annotator.selected = tuple(image.key for image in annotator.collection.images)
    annotator.label(None)
    assert "no labelled image" in checked(widget, qtbot).text.text()


def test_a_check_is_cancelled_and_says_nothing(widget: Any, qtbot: Any) -> None:
    widget.check.check()
    assert widget.check.jobs.running
    widget.check.cancel()
    assert not widget.check.jobs.running
    assert widget.check.start.isEnabled()
    qtbot.wait(300)
    assert widget.check.doubts.rowCount() == 0


def test_without_a_collection_nothing_can_be_checked(open_widget: Callable[[], Any]) -> None:
    page = open_widget().check
    assert not page.start.isEnabled()
    page.check()
    assert not page.jobs.running
