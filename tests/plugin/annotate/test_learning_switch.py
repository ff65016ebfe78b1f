"""Learn as I label, in the widget."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from napari_rocks2net.annotation.image_table import DIFFERENT, PREVIEW
from napari_rocks2net.features import describe
from napari_rocks2net.plugin.annotate.learning_switch import TITLE


def wait(qtbot: Any, widget: Any, labels: int) -> None:
    """Wait until the labels given so far are learned."""
    learn = widget.page.learn
    qtbot.waitUntil(lambda: not learn.running and len(learn.learned_labels) == labels)


@pytest.fixture
def noted(widget: Any) -> list[Any]:
    """The images that are described, in order."""
    keys: list[Any] = []
    learn = widget.page.learn
    describe_photo = learn.describe
    learn.describe = lambda key: keys.append(key) or describe_photo(key)
    return keys


def test_the_first_suggestion_comes_after_two_labels_of_two_classes(widget: Any, qtbot: Any) -> None:
    annotator, learn = widget.annotator, widget.page.learn
    width = widget.page.minimumSizeHint().width()
    learn.setChecked(True)
    keys = [image.key for image in annotator.collection.images]
    annotator.label("granite")
    wait(qtbot, widget, 1)
    assert not annotator.suggestions
    assert "two classes" in widget.status.text()
    annotator.show(keys[5])
    annotator.label("basalt")
    wait(qtbot, widget, 2)
    assert [annotator.suggestion(key).label for key in keys[1:5:3]] == ["granite", "basalt"]
    assert annotator.suggestion(keys[0]) is None
    assert learn.text().startswith(f"{TITLE} · ")
    # Neither the number nor what is suggested widens the dock, which would move the photo.
    assert widget.page.minimumSizeHint().width() == width
    widget.page.kind.setCurrentText(DIFFERENT)
    assert set(widget.page.images.order()) == set(keys[1:5])
    ranks = [annotator.ranks[key] for key in widget.page.images.order()]
    assert ranks == sorted(ranks)
    assert widget.page.table.horizontalHeader().sortIndicatorSection() == PREVIEW


def test_a_new_label_costs_no_new_descriptor(widget: Any, qtbot: Any, noted: list[Any]) -> None:
    annotator, learn = widget.annotator, widget.page.learn
    keys = [image.key for image in annotator.collection.images]
    learn.setChecked(True)
    annotator.label("granite")
    annotator.show(keys[5])
    annotator.label("basalt")
    wait(qtbot, widget, 2)
    assert Counter(noted) == Counter(keys)
    annotator.show(keys[5])
    annotator.label("Übergang fein")
    annotator.show(keys[3])
    annotator.label("basalt")
    wait(qtbot, widget, 3)
    assert learn.learned_labels[keys[5]] == "Übergang fein"
    assert {*annotator.suggestion(keys[1]).probabilities} == {"granite", "basalt", "Übergang fein"}
    assert len(noted) == 6


def test_a_photo_that_was_described_once_is_not_described_again(
    widget: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_rocks2net.features import cache

    described: list[Any] = []
    monkeypatch.setattr(
        cache, "describe", lambda *given, **named: described.append(1) or describe(*given, **named)
    )
    widget.annotator.label("granite")
    for _ in range(2):
        widget.page.learn.setChecked(True)
        wait(qtbot, widget, 1)
        widget.page.learn.setChecked(False)
    assert len(described) == 1


def test_it_works_in_a_thread_and_only_while_it_is_on(widget: Any, qtbot: Any) -> None:
    threads: set[int] = set()
    learn, describe_photo = widget.page.learn, widget.page.learn.describe

    def noted(key: Any) -> Any:
        threads.add(threading.get_ident())
        return describe_photo(key)

    learn.describe = noted
    widget.annotator.label("granite")
    qtbot.wait(400)
    assert not threads
    learn.setChecked(True)
    wait(qtbot, widget, 1)
    assert threads
    assert threading.get_ident() not in threads
    learn.setChecked(False)
    assert learn.text() == TITLE
