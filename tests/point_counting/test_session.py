"""Counting: names, undo, several observers, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_rocks2net.point_counting import (
    EXCLUDED,
    UNNAMED,
    CountSession,
    GridSettings,
    PointCount,
    PointCountError,
    more_points,
    read_count,
)
from napari_rocks2net.point_counting.count_file import proposed_path


@pytest.fixture
def session(count: PointCount, tmp_path: Path) -> CountSession:
    return CountSession.begin(count, tmp_path / "a.points.csv", "Ana")


def test_each_name_is_in_the_file_at_once_and_the_next_point_follows(session: CountSession) -> None:
    session.name("quartz")
    assert session.current == 1
    session.leave_out()
    assert read_count(session.path).of("Ana")[:3] == ("quartz", EXCLUDED, UNNAMED)


def test_after_the_last_point_those_come_that_were_passed_over(session: CountSession) -> None:
    session.go(11)
    session.name("quartz")
    assert session.current == 0


def test_undo_takes_names_back_one_by_one_and_redo_gives_them_again(session: CountSession) -> None:
    for name in ("quartz", "=feldspar"):
        session.name(name)
    session.go(0)
    session.name("Übergang, fein")
    for _ in range(5):
        session.undo()
    assert set(session.names) == {UNNAMED}
    assert session.current == 0
    for _ in range(5):
        session.redo()
    assert session.names[:2] == ("Übergang, fein", "=feldspar")
    assert read_count(session.path).of("Ana") == session.names


def test_two_observers_count_at_the_same_time_and_nothing_of_either_is_lost(session: CountSession) -> None:
    other = CountSession.open(session.path, "Ben")
    for name in ("quartz", "=feldspar"):
        session.name(name)
        other.name("quartz")
    stored = read_count(session.path)
    assert stored.of("Ana")[:3] == ("quartz", "=feldspar", UNNAMED)
    assert stored.of("Ben")[:3] == ("quartz", "quartz", UNNAMED)


def test_a_count_goes_on_where_it_was_left(session: CountSession) -> None:
    session.name("quartz")
    assert CountSession.open(session.path, "Ana").current == 1
    assert CountSession.open(session.path, "Ben").current == 0


def test_more_points_and_classes_join_a_count_that_is_under_way(session: CountSession) -> None:
    session.name("quartz")
    count = session.count
    points = more_points(count.positions, count.area, GridSettings(), 5)
    session.change(count.extended(points).with_classes(("mica", *count.classes)))
    stored = read_count(session.path)
    assert len(stored.positions) == 17
    assert stored.of("Ana")[0] == "quartz"
    assert stored.classes[0] == "mica"


def test_a_name_that_cannot_be_saved_is_not_taken(session, monkeypatch: pytest.MonkeyPatch) -> None:
    session.name("quartz")

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full_disk)
        with pytest.raises(PointCountError, match="No space left"):
            session.name("quartz")
        with pytest.raises(PointCountError, match="No space left"):
            session.undo()
    assert session.current == 1
    session.name("=feldspar")
    assert read_count(session.path).of("Ana")[:3] == ("quartz", "=feldspar", UNNAMED)


def test_a_file_that_was_replaced_by_another_count_is_not_overwritten(session, count: PointCount) -> None:
    session.path.unlink()
    moved = PointCount("other", count.area, np.flip(count.positions, 0), count.classes)
    CountSession.begin(moved, session.path, "Ben")
    with pytest.raises(PointCountError, match="replaced by another count"):
        session.name("quartz")
    assert read_count(session.path).image == "other"


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda session: session.name("granite"), "'granite' is none of the classes"),
        (lambda session: CountSession.begin(session.count, session.path, "Ana"), "exists already"),
        (lambda session: CountSession.open(session.path, "  "), "Nobody is named as the observer"),
        (lambda session: session.change(session.count.with_suggestions("Ana", ())), "called 'Ana' already"),
        (lambda session: session.count.with_classes(("mica",)), "name them otherwise"),
        (lambda session: session.count.with_classes(()), "Points are named|No class is named"),
        (
            lambda session: session.count.with_classes((*session.count.classes, "quartz")),
            "stands there twice",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(session: CountSession, act, message: str) -> None:
    session.name("quartz")
    with pytest.raises(PointCountError, match=message):
        act(session)


def test_files_are_named_after_the_photo_and_its_plane() -> None:
    assert proposed_path(Path("a"), "S1/PPL: 3.jpg").name == "PPL_ 3.points.csv"
    assert proposed_path(Path("a"), "stack.tif", (0, 2)).name == "stack [0, 2].points.csv"
