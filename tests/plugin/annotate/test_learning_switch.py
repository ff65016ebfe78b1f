"""Learn as I label, in the widget."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation.image_table import DIFFERENT, PREVIEW
from napari_rocks2net.plugin.annotate.learning_switch import TITLE


def wait(qtbot: Any, widget: Any, labels: int) -> None:
    """Wait until the labels given so far are learned."""
    learn = widget.page.learn
    qtbot.waitUntil(lambda: not learn.running and len(learn.learned_labels) == labels)


def test_the_first_suggestion_comes_after_two_labels_of_two_classes(widget: Any, qtbot: Any) -> None:
    annotator, learn = widget.annotator, widget.page.learn
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
    widget.page.kind.setCurrentText(DIFFERENT)
    assert set(widget.page.images.order()) == set(keys[1:5])
    ranks = [annotator.ranks[key] for key in widget.page.images.order()]
    assert ranks == sorted(ranks)
    assert widget.page.table.horizontalHeader().sortIndicatorSection() == PREVIEW


def test_a_damaged_photo_costs_its_own_suggestion(widget: Any, qtbot: Any, photos: list[Path]) -> None:
    photos[3].write_bytes(b"no picture")
    widget.annotator.label("granite")
    widget.annotator.show(widget.annotator.collection.images[5].key)
    widget.annotator.label("basalt")
    widget.page.learn.setChecked(True)
    wait(qtbot, widget, 2)
    assert len(widget.annotator.suggestions) == 3
    assert "1 image cannot be read" in widget.status.text()


def test_it_works_in_a_thread_and_only_while_it_is_on(widget: Any, qtbot: Any) -> None:
    threads: set[int] = set()
    learn, describe = widget.page.learn, widget.page.learn.describe

    def noted(key: Any) -> Any:
        threads.add(threading.get_ident())
        return describe(key)

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
