"""What the tests of annotating share: a folder of small photos, a collection of them, the widget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from napari_rocks2net.annotation import AnnotationCollection, CollectionSession, Vocabulary

CLASSES = ("granite", "Übergang fein", "basalt")


@pytest.fixture(autouse=True)
def descriptors_apart(own_cache: None) -> None:
    """Every test of this room describes photos."""


@pytest.fixture
def session(tmp_path: Path, photos: list[Path]) -> CollectionSession:
    """A collection of the photos with one property, nothing labelled."""
    collection = AnnotationCollection((Vocabulary.of_classes("lithology", CLASSES),)).with_images(photos)
    return CollectionSession.create(tmp_path / "rocks.collection.json", collection=collection)


@pytest.fixture
def open_widget(open_from_menu: Callable[[str], Any]) -> Callable[[], Any]:
    """Open the Annotate widget."""
    return lambda: open_from_menu("Annotate")


@pytest.fixture
def widget(open_widget: Callable[[], Any], session: CollectionSession, qtbot: Any) -> Any:
    """The widget with the collection open, its first image shown."""
    opened = open_widget()
    opened.file_panel.open_collection(session.path)
    wait_until_shown(qtbot, opened)
    return opened


def wait_until_shown(qtbot: Any, widget: Any) -> None:
    """Wait until the layer shows the image that is current."""

    def shown() -> bool:
        key, layer = widget.annotator.current, widget.layers.image
        if layer is None or not layer.visible:
            return False
        mark = layer.metadata["rocks2net"]
        return bool((mark["file"], mark["plane"]) == (str(key.file), key.plane))

    qtbot.waitUntil(shown)


@pytest.fixture
def shown(qtbot: Any) -> Callable[[Any], None]:
    """Return a function that waits until a widget shows its current image."""
    return lambda widget: wait_until_shown(qtbot, widget)


@pytest.fixture
def layers_read(qtbot: Any) -> Callable[[Any], None]:
    """Return a function that waits until a widget has read the layers that were added or classified."""

    def wait(widget: Any) -> None:
        jobs = (widget.file_panel.adding.jobs, widget.layer_predictions)
        qtbot.waitUntil(lambda: not any(each.running for each in jobs))

    return wait


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Answer questions in place of the person: by title, yes or a text; what was asked is kept."""
    from napari_rocks2net.plugin.work import questions

    given: dict[str, Any] = {"asked": []}

    def answer(parent: Any, title: str, question: str, _: Any = None) -> Any:
        given["asked"].append(question)
        return given[title]

    monkeypatch.setattr(questions, "confirm", answer)
    monkeypatch.setattr(questions, "ask_text", answer)
    monkeypatch.setattr(questions, "ask_lines", answer)
    monkeypatch.setattr(questions, "ask_choice", answer)
    return given
