"""Pictures are read in a thread, what was asked for last first, and kept up to a size."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from napari_rocks2net.plugin.annotate import image_cache
from napari_rocks2net.plugin.annotate.image_cache import ImageCache

Read = Callable[[Any], Any]


class Slow:
    """A reader that waits at the first picture until it may go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.read: list[Any] = []

    def __call__(self, key: Any) -> np.ndarray:
        self.read.append(key)
        if len(self.read) == 1:
            self.go_on.wait(60)
        return np.zeros((10, 10, 3), np.uint8)


@pytest.fixture
def cache(qtbot: Any) -> Iterator[Callable[[Read], ImageCache]]:
    caches = []

    def make(read: Read) -> ImageCache:
        caches.append(ImageCache(read))
        return caches[-1]

    yield make
    for each in caches:
        each.close()


@pytest.fixture
def reading(cache: Callable[[Read], ImageCache], qtbot: Any) -> tuple[ImageCache, Slow, list[Any]]:
    """A cache that is at its first picture, what reads it, and the keys that become ready."""
    slow, ready = Slow(), []
    pictures = cache(slow)
    pictures.ready.connect(lambda key, picture: ready.append(key))
    pictures.picture(0)
    qtbot.waitUntil(lambda: slow.read == [0])
    return pictures, slow, ready


def test_the_last_request_is_served_first_and_the_least_urgent_last(
    reading: tuple[ImageCache, Slow, list[Any]], qtbot: Any
) -> None:
    pictures, slow, ready = reading
    pictures.picture(1)
    pictures.read_ahead([2])  # type: ignore[list-item]
    pictures.picture(3)
    pictures.picture(3)
    slow.go_on.set()
    qtbot.waitUntil(lambda: len(ready) == 4)
    assert ready == [0, 3, 1, 2]


def test_an_error_arrives_as_the_picture(cache: Callable[[Read], ImageCache], qtbot: Any) -> None:
    def fail(key: Any) -> None:
        raise RuntimeError("no picture")

    pictures = cache(fail)
    with qtbot.waitSignal(pictures.ready) as signal:
        pictures.picture("a")
    key, error = signal.args
    assert (key, str(error)) == ("a", "no picture")


def test_after_closing_nothing_arrives(cache: Callable[[Read], ImageCache], qtbot: Any) -> None:
    slow, ready = Slow(), []
    pictures = cache(slow)
    pictures.ready.connect(lambda key, picture: ready.append(key))
    pictures.picture(0)
    qtbot.waitUntil(lambda: slow.read == [0])
    pictures.picture(1)
    pictures.close()
    slow.go_on.set()
    qtbot.wait(100)
    assert ready == []
    assert slow.read == [0]


def test_pictures_are_kept_up_to_a_size(
    cache: Callable[[Read], ImageCache], qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_cache, "CACHE_BYTES", 5 * 300)
    slow = Slow()
    slow.go_on.set()
    pictures = cache(slow)
    for key in range(8):
        with qtbot.waitSignal(pictures.ready):
            assert pictures.picture(key) is None
    assert pictures.picture(7) is not None
    assert pictures.picture(0) is None
    qtbot.waitUntil(lambda: slow.read == [*range(8), 0])


def test_what_was_being_read_when_all_was_forgotten_is_read_again(
    reading: tuple[ImageCache, Slow, list[Any]], qtbot: Any
) -> None:
    pictures, slow, ready = reading
    pictures.forget()
    assert pictures.picture(0) is None
    slow.go_on.set()
    qtbot.waitUntil(lambda: ready == [0])
    assert slow.read == [0, 0]
