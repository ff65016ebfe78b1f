from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_rocks2net.annotation import (
    AnnotatedRegion,
    AnnotationCollection,
    CollectionChangedError,
    CollectionError,
    CollectionExistsError,
    CollectionSession,
    Vocabulary,
    read_collection,
    write_collection_file,
)
from napari_rocks2net.annotation.storage import collection_file
from napari_rocks2net.annotation.storage import session as session_module
from napari_rocks2net.samples import Region


@pytest.fixture
def session(tmp_path, collection) -> CollectionSession:
    return CollectionSession.create(tmp_path / "new folder" / "c.collection.json", collection=collection)


def label(session: CollectionSession, at: int, name: str | None) -> None:
    collection = session.collection
    session.apply(collection.labelled([collection.images[at].key], "rock", name), f"label {at} {name}")


def test_a_new_collection_is_on_disk_at_once(tmp_path):
    session = CollectionSession.create(tmp_path / "c.json")
    assert read_collection(session.path) == session.collection == AnnotationCollection()


def test_every_change_is_on_disk_when_the_call_returns(session):
    for at, name in enumerate(["granite", "basalt", "granite"]):
        label(session, at, name)
        assert read_collection(session.path) == session.collection
        assert session.collection.images[at].labels == {"rock": name}


def test_opening_gives_what_was_saved(session):
    label(session, 0, "granite")
    assert CollectionSession.open(session.path).collection == session.collection


def test_undo_and_redo_go_back_and_forth_and_save(session):
    start = session.collection
    label(session, 0, "granite")
    label(session, 1, "basalt")
    assert (session.undo_text, session.redo_text) == ("label 1 basalt", "")
    session.undo()
    assert session.collection.label_count("rock") == 1
    assert (session.undo_text, session.redo_text) == ("label 0 granite", "label 1 basalt")
    session.undo()
    assert read_collection(session.path) == session.collection == start
    assert not session.can_undo
    session.redo()
    session.redo()
    assert read_collection(session.path).label_count("rock") == 2
    assert not session.can_redo


def test_a_change_after_undo_ends_what_could_be_redone(session):
    label(session, 0, "granite")
    session.undo()
    label(session, 1, "basalt")
    assert not session.can_redo
    assert session.redo_text == ""


def test_undo_with_nothing_to_undo_does_nothing(session):
    before = session.path.stat().st_mtime_ns
    session.undo()
    session.redo()
    assert session.path.stat().st_mtime_ns == before


def test_an_edit_that_changes_nothing_is_no_step(session):
    session.apply(session.collection.labelled([], "rock", "granite"), "label nothing")
    session.apply(replace(session.collection), "copy")
    assert not session.can_undo


def test_the_oldest_steps_are_forgotten(tmp_path, collection, monkeypatch):
    monkeypatch.setattr(session_module, "UNDO_STEPS", 6)
    session = CollectionSession.create(tmp_path / "c.json", collection=collection)
    for step in range(11):
        label(session, 0, ["granite", "basalt"][step % 2])
    steps = 0
    while session.can_undo:
        session.undo()
        steps += 1
    assert steps == 6
    assert session.collection.images[0].labels == {"rock": "granite"}


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["undo", "redo", "granite", "basalt", None]), max_size=15), st.randoms())
def test_undo_and_redo_follow_a_plain_list_of_states(tmp_path_factory, actions, random):
    rock = Vocabulary.of_classes("rock", ["granite", "basalt"])
    folder = tmp_path_factory.mktemp("steps")
    start = AnnotationCollection((rock,)).with_images(folder / name for name in ("a.png", "b.png"))
    session = CollectionSession.create(folder / "c.json", collection=start)
    states, now = [start], 0
    for action in actions:
        if action == "undo":
            session.undo()
            now = max(0, now - 1)
        elif action == "redo":
            session.redo()
            now = min(len(states) - 1, now + 1)
        else:
            key = random.choice(session.collection.images).key
            new = session.collection.labelled([key], "rock", action)
            session.apply(new, "label")
            if new != states[now]:
                states[now + 1 :] = [new]
                now += 1
        assert session.collection == states[now] == read_collection(session.path)
        assert (session.can_undo, session.can_redo) == (now > 0, now < len(states) - 1)


def test_listeners_hear_of_every_change_after_it_is_saved(session):
    heard = []

    def listener(before, after):
        heard.append((before, after))
        assert read_collection(session.path) == after == session.collection

    session.changed.connect(listener)
    start = session.collection
    label(session, 0, "granite")
    session.undo()
    session.redo()
    session.changed.disconnect(listener)
    session.undo()
    assert [before is start for before, _ in heard] == [True, False, True]
    assert len(heard) == 3


def test_another_collection_is_not_overwritten_unasked(session):
    label(session, 0, "granite")
    before = session.path.read_bytes()
    with pytest.raises(CollectionExistsError, match="is a collection of 6 images already"):
        CollectionSession.create(session.path)
    assert session.path.read_bytes() == before
    assert len(CollectionSession.create(session.path, overwrite=True).collection) == 0


@pytest.mark.parametrize("content", [b"", b"precious", b'{"features": []}'])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_that_is_no_collection_is_never_overwritten(tmp_path, content, overwrite):
    path = tmp_path / "notes.json"
    path.write_bytes(content)
    with pytest.raises(CollectionError, match="It is not replaced; choose another name"):
        CollectionSession.create(path, overwrite=overwrite)
    assert path.read_bytes() == content


def test_two_collections_do_not_mix(session, tmp_path, rock):
    other = CollectionSession.create(tmp_path / "other.json", collection=AnnotationCollection((rock,)))
    label(session, 0, "granite")
    other.apply(other.collection.with_images([session.collection.images[0].file]), "add")
    assert other.collection.images[0].labels == {}
    assert read_collection(session.path).images[0].labels == {"rock": "granite"}


def test_work_of_another_program_on_the_same_file_is_not_undone(session):
    other = CollectionSession.open(session.path)
    label(other, 1, "basalt")
    before, collection = session.path.read_bytes(), session.collection
    with pytest.raises(
        CollectionChangedError, match="open it again, or save this collection under another name"
    ):
        label(session, 0, "granite")
    assert session.path.read_bytes() == before
    assert session.collection is collection
    assert not session.can_undo


def test_a_file_that_was_only_touched_is_saved(session):
    os.utime(session.path, ns=(1, 1))
    label(session, 0, "granite")
    assert read_collection(session.path) == session.collection


def test_a_file_that_was_damaged_meanwhile_is_left(session):
    session.path.write_bytes(b"{")
    with pytest.raises(CollectionChangedError):
        label(session, 0, "granite")
    assert session.path.read_bytes() == b"{"


def test_a_linked_collection_is_written_where_its_link_leads(session, tmp_path):
    (tmp_path / "link.json").symlink_to(session.path)
    linked = CollectionSession.open(tmp_path / "link.json")
    assert not any(image.missing for image in linked.collection.images)
    label(linked, 0, "granite")
    assert (tmp_path / "link.json").is_symlink()
    assert read_collection(session.path) == read_collection(tmp_path / "link.json") == linked.collection


def test_a_session_goes_on_under_another_name(session, tmp_path):
    label(session, 0, "granite")
    old_path, before = session.path, session.path.read_bytes()
    session.save_as(tmp_path / "copy.json")
    session.undo()
    assert old_path.read_bytes() == before
    assert session.path == tmp_path / "copy.json"
    assert read_collection(session.path).label_count("rock") == 0
    with pytest.raises(CollectionExistsError):
        session.save_as(old_path)


def test_a_file_deleted_meanwhile_is_written_again(session):
    session.path.unlink()
    label(session, 0, "granite")
    assert read_collection(session.path) == session.collection


def test_a_change_that_cannot_be_saved_is_not_made(session, monkeypatch):
    label(session, 0, "granite")
    before, collection = session.path.read_bytes(), session.collection
    heard = []
    session.changed.connect(lambda *change: heard.append(change))

    def full_disk(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    for action in (lambda: label(session, 1, "basalt"), session.undo):
        with pytest.raises(CollectionError, match=r"cannot be saved \(No space left on device\)"):
            action()
    assert session.collection is collection
    assert session.path.read_bytes() == before
    assert (session.undo_text, session.can_redo, heard) == ("label 0 granite", False, [])
    monkeypatch.undo()
    label(session, 1, "basalt")
    assert read_collection(session.path).label_count("rock") == 2


ENDLESS_EDITS = """
import sys
from napari_rocks2net.annotation import CollectionSession
session = CollectionSession.open(sys.argv[1])
key = session.collection.images[0].key
number = 0
while True:
    number += 1
    session.apply(session.collection.with_section([key], f"edit {number}"), "edit")
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("pause", [0.0, 0.0337, 0.101])
def test_a_killed_process_loses_at_most_the_last_edit(session, tmp_path, pause):
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS_EDITS, str(session.path)], stdout=subprocess.PIPE, text=True
    ) as process:
        for _ in range(20):
            process.stdout.readline()
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        confirmed = [int(line) for line in process.stdout.read().splitlines() if line]
    reopened = CollectionSession.open(session.path)
    saved = int(reopened.collection.images[0].section.removeprefix("edit "))
    assert process.returncode == -signal.SIGKILL
    assert saved in (last := max([20, *confirmed]), last + 1)
    reopened.apply(reopened.collection.with_section([reopened.collection.images[0].key], "after"), "edit")
    assert read_collection(session.path).images[0].section == "after"


LABELLING = """
import sys
from napari_rocks2net.annotation import CollectionChangedError, CollectionSession
session = CollectionSession.open(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for at in range(int(sys.argv[2]), len(session.collection), 2):
    while True:
        keys = [session.collection.images[at].key]
        try:
            session.apply(session.collection.labelled(keys, "rock", "a"), "label")
            break
        except CollectionChangedError:
            session = CollectionSession.open(sys.argv[1])
    print(at, flush=True)
"""


def test_two_programs_that_label_at_once_lose_no_label(tmp_path):
    rock = Vocabulary.of_classes("rock", "ab")
    path = tmp_path / "c.json"
    write_collection_file(
        path, AnnotationCollection((rock,)).with_images(tmp_path / f"{n}.png" for n in range(40))
    )
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", LABELLING, str(path), str(first)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (0, 1)
    ]
    assert [program.stdout.readline() for program in programs] == ["ready\n"] * 2
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    confirmed = {int(line) for program in programs for line in program.communicate()[0].split()}
    assert [program.returncode for program in programs] == [0, 0]
    labelled = {at for at, image in enumerate(read_collection(path).images) if image.labels}
    assert confirmed == labelled == set(range(40))


def test_a_collection_that_another_program_does_not_let_go_of_is_reported(session, monkeypatch):
    monkeypatch.setattr(collection_file, "LOCK_SECONDS", 0.05)
    before = session.path.read_bytes()
    with (
        collection_file.collection_lock(session.path),
        pytest.raises(CollectionError, match="is being saved by another program"),
    ):
        label(session, 0, "granite")
    assert session.path.read_bytes() == before
    label(session, 0, "granite")
    assert read_collection(session.path) == session.collection


@pytest.fixture
def large(tmp_path) -> AnnotationCollection:
    """500 images that are not there with 2,000 regions."""
    rock = Vocabulary.of_classes("rock", "abcdefg")
    collection = AnnotationCollection((rock,)).with_images(
        tmp_path / f"photos/s_{n // 4}_xpl_{n}.png" for n in range(500)
    )
    shape = Region(((1.25, 2.5), (300.75, 4.125), (280.0, 500.5), (90.0, 610.0), (5.5, 300.0)))
    images = tuple(
        replace(
            image,
            labels={"rock": "a"},
            regions=tuple(AnnotatedRegion.new(shape, labels={"rock": name}) for name in "bcde"),
        )
        for image in collection.images
    )
    return replace(collection, images=images)


def test_a_large_collection_opens_and_saves_without_its_images(tmp_path, large):
    path = tmp_path / "c.json"
    write_collection_file(path, large)
    session = CollectionSession.open(path)
    for at in range(15):
        label(session, at, "g")
    assert len(json.loads(Path(path).read_bytes())["images"]) == 500
