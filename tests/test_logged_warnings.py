"""What the package warns of reaches the person, wherever it is logged."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from napari_rocks2net import logged_warnings
from napari_rocks2net.logged_warnings import PACKAGE, gathered_warnings, show_warnings

LOGGER = logging.getLogger(f"{PACKAGE}.samples.loading")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """The bursts that are shown; each ends after a moment."""
    monkeypatch.setattr(logged_warnings, "BURST_SECONDS", 0.01)
    logger = logging.getLogger(PACKAGE)
    handlers, logger.handlers = logger.handlers, []
    bursts: list[list[str]] = []
    show_warnings(bursts.append)
    show_warnings(bursts.append)
    yield bursts
    logger.handlers = handlers


def ended_burst() -> None:
    for each in threading.enumerate():
        if isinstance(each, threading.Timer):
            each.join()


def test_warnings_are_gathered_where_they_are_asked_for_each_once() -> None:
    with gathered_warnings() as messages:
        for _ in range(2):
            LOGGER.warning("%d rows have no %s.", 3, "rock")
        LOGGER.info("nothing to see")
    LOGGER.warning("later")
    assert messages == ["3 rows have no rock."]


def test_warnings_of_other_threads_are_not_gathered() -> None:
    with gathered_warnings() as messages:
        thread = threading.Thread(target=LOGGER.warning, args=("elsewhere",))
        thread.start()
        thread.join()
    assert messages == []


def test_a_burst_is_shown_together_and_each_message_once(shown: list[list[str]]) -> None:
    for name in ("a", "b", "a"):
        LOGGER.warning("Left out: %s", name)
    ended_burst()
    LOGGER.warning("another")
    ended_burst()
    assert shown == [["Left out: a", "Left out: b"], ["another"]]


def test_what_is_gathered_is_not_shown_as_well(shown: list[list[str]]) -> None:
    with gathered_warnings():
        LOGGER.warning("in the preview")
    ended_burst()
    assert shown == []
