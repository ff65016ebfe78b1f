"""Reading in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from napari_rocks2net.plugin.annotate import image_cache
from napari_rocks2net.plugin.annotate.image_cache import ImageCache
from napari_rocks2net.plugin.work.background_reader import BackgroundReader


class Slow:
    """A reader that waits at the first thing until it may go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.read: list[Any] = []

    def __call__(self, key: Any) -> Callable[[], Any]:
        def read() -> Any:
            if not self.read:
                self.read.append(key)
                self.go_on.wait(60)
            else:
                self.read.append(key)
            return key

        return read


@pytest.fixture
def reader(qtbot: Any) -> Iterator[BackgroundReader]:
    made = BackgroundReader()
    yield made
    made.close()


def test_the_last_request_is_served_first_and_the_least_urgent_last(
    reader: BackgroundReader, qtbot: Any
) -> None:
    slow, ready = Slow(), []
    reader.ready.connect(lambda key, value: ready.append(value))
    reader.request(0, slow(0))
    qtbot.waitUntil(lambda: slow.read == [0])
    reader.request(1, slow(1))
    reader.request(2, slow(2), urgent=False)
    reader.request(3, slow(3))
    reader.request(3, slow(3))
    slow.go_on.set()
    qtbot.waitUntil(lambda: len(ready) == 4)
    assert ready == [0, 3, 1, 2]


def test_an_error_arrives_as_the_value(reader: BackgroundReader, qtbot: Any) -> None:
    def fail() -> None:
        raise RuntimeError("no picture")

    with qtbot.waitSignal(reader.ready) as signal:
        reader.request("a", fail)
    key, error = signal.args
    assert (key, str(error)) == ("a", "no picture")


def test_after_closing_nothing_arrives(reader: BackgroundReader, qtbot: Any) -> None:
    slow, ready = Slow(), []
    reader.ready.connect(lambda key, value: ready.append(value))
    reader.request(0, slow(0))
    qtbot.waitUntil(lambda: slow.read == [0])
    reader.request(1, slow(1))
    reader.close()
    slow.go_on.set()
    qtbot.wait(100)
    assert ready == []
    assert slow.read == [0]


def test_pictures_are_kept_up_to_a_size(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_cache, "KEPT_BYTES", 5 * 300)
    read: list[int] = []
    pictures = ImageCache(lambda key: (read.append(key), np.zeros((10, 10, 3), np.uint8))[1])
    for key in range(8):
        with qtbot.waitSignal(pictures.ready):
            assert pictures.picture(key) is None
    assert pictures.picture(7) is not None
    assert pictures.picture(0) is None
    qtbot.waitUntil(lambda: read == [*range(8), 0])
    pictures.close()
