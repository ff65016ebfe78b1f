"""Numbers and durations in sentences."""

from __future__ import annotations

import pytest

from napari_rocks2net.wording import count_of, duration


@pytest.mark.parametrize(("number", "text"), [(0, "0 crystals"), (1, "1 crystal"), (2, "2 crystals")])
def test_only_one_is_singular(number: int, text: str) -> None:
    assert count_of(number, "crystal") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (8.4, "8 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_are_words(seconds: float, text: str) -> None:
    assert duration(seconds) == text
