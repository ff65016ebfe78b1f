"""Numbers and durations in sentences."""

from __future__ import annotations

import pytest

from napari_rocks2net.wording import count_of, duration, first_of, unreadable, unwritable


@pytest.mark.parametrize(("number", "text"), [(0, "0 crystals"), (1, "1 crystal"), (2, "2 crystals")])
def test_only_one_is_singular(number: int, text: str) -> None:
    assert count_of(number, "crystal") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (8.4, "8 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_are_words(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_long_lists_are_cut() -> None:
    assert first_of([], 2) == ""
    assert first_of(["a", "b"], 2) == "a, b"
    assert first_of(["a", "b", "c", "d"], 2, "; ") == "a; b and 2 more"


def test_files_that_the_system_refuses_have_its_reason() -> None:
    assert unreadable("a.csv", PermissionError(13, "Permission denied")) == (
        "a.csv cannot be read (Permission denied); check the path."
    )
    assert unwritable("a.csv", ValueError("no letters")) == (
        "a.csv cannot be written (no letters); choose another folder."
    )
