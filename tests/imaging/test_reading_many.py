"""Many images: read lazily, in order, whatever happens to one of them."""

from __future__ import annotations

import threading
import time

import pytest

from napari_rocks2net.imaging import ImageError, read_many


def read_even(number: int) -> int:
    """Take longer for the first ones, and refuse odd numbers."""
    time.sleep(0.01 if number < 4 else 0)
    if number % 2:
        raise ImageError(f"{number} is odd")
    return 10 * number


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_bad_ones_are_reported_and_leave_their_place_empty(threads: int) -> None:
    errors: dict[int, ImageError] = {}
    results = list(read_many(range(6, 0, -1), read_even, errors.__setitem__, threads))
    assert results == [60, None, 40, None, 20, None]
    assert {index: str(error) for index, error in errors.items()} == {
        1: "5 is odd",
        3: "3 is odd",
        5: "1 is odd",
    }


@pytest.mark.parametrize("threads", [0, 3])
def test_without_a_handler_the_first_error_is_raised(threads: int) -> None:
    results = read_many([2, 3, 5], read_even, threads=threads)
    assert next(results) == 20
    with pytest.raises(ImageError, match="3 is odd"):
        next(results)


@pytest.mark.parametrize("threads", [0, 2])
def test_no_more_is_read_than_what_is_asked_for_and_a_little_ahead(threads: int) -> None:
    read: list[int] = []
    results = read_many(range(1000), lambda number: read.append(number) or number, threads=threads)
    assert [next(results), next(results)] == [0, 1]
    results.close()  # type: ignore[attr-defined]
    assert len(read) <= 2 + 3 * threads


def test_another_error_than_that_of_an_image_ends_the_reading() -> None:
    def broken(number: int) -> None:
        raise KeyError(number)

    for threads in (0, 2):
        with pytest.raises(KeyError):
            list(read_many([1, 2], broken, lambda *_: None, threads))


def test_the_threads_end_with_the_reading() -> None:
    before = threading.active_count()
    results = read_many(range(100), read_even, lambda *_: None, threads=4)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert threading.active_count() <= before
