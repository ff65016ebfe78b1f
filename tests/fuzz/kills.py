"""Kill programs at random moments and see what they had written: ``python -m tests.fuzz.kills [--count N]``.

Nothing that was on disk may be lost: rows of a table that grows, labels that two programs give to one
collection, names of counted points. A program is a fork of this process, so that no time goes into starting
Python.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

LONGEST = 0.8
PHOTOS = 30
LONGEST_MAP, MAP_SIDE = 3.0, 640
IMAGES = 60


def fork(work: Callable[[], None]) -> int:
    """Run work in a process of its own, silently; return its number."""
    if child := os.fork():
        return child
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        work()
    except SystemExit as end:
        os._exit(int(end.code or 0))
    except BaseException:
        os._exit(70)
    os._exit(0)


def kill_after(child: int, seconds: float) -> int | None:
    """Kill a process; return its exit code if it ended before, None if it was killed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        number, status = os.waitpid(child, os.WNOHANG)
        if number:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def kill_predictions(folder: Path, model: Path, kills: int, random: Random) -> list[str]:
    """Kill `predict` so many times, each time going on with what the last has left; return what is wrong."""
    # Imported here, rooms need not be imported by each fork.
    from napari_rocks2net.cli import main

    noise = np.random.default_rng(0)
    photos = folder / "photos"
    photos.mkdir()
    for number in range(PHOTOS):
        Image.fromarray(noise.integers(0, 256, (64, 64, 3), np.uint8)).save(photos / f"{number:02}.png")
    command = ["predict", str(model), str(photos), "--batch-size", "1", "--device", "cpu", "--out"]
    whole, out = folder / "whole.csv", folder / "out.csv"
    if kill_after(fork(lambda: main([*command, str(whole)])), 600) != 0:
        return ["an undisturbed prediction fails"]
    wrong, killed, before = [], 0, b""
    while killed < kills:
        child = fork(lambda: main([*command, str(out), "--resume"]))
        code = kill_after(child, random.uniform(0, LONGEST))
        written = out.read_bytes() if out.exists() else b""
        if not whole.read_bytes().startswith(written):
            wrong.append(f"kill {killed}: the table is no beginning of the whole one")
        if (lost := before.count(b"\n") - written.count(b"\n")) > 0:
            wrong.append(f"kill {killed}: {lost} rows are lost")
        if code is None:
            killed += 1
            before = written
            continue
        if code != 0 or written != whole.read_bytes():
            wrong.append(f"after kill {killed} the table is not finished (exit code {code})")
        before = b""
        out.unlink(missing_ok=True)
    return wrong


def kill_annotators(folder: Path, kills: int, random: Random) -> list[str]:
    """Let two programs label one collection and kill one of them so many times; return what is wrong."""
    from napari_rocks2net.annotation import AnnotationCollection, Vocabulary
    from napari_rocks2net.annotation.storage.collection_file import read_collection, write_collection_file

    path, confirmed = folder / "collection.json", folder / "confirmed"
    rock = Vocabulary.of_classes("rock", ["a"])
    empty = AnnotationCollection((rock,)).with_images(folder / f"{number}.png" for number in range(IMAGES))
    wrong, killed = [], 0
    while killed < kills:
        write_collection_file(path, empty)
        confirmed.write_bytes(b"")
        children = [fork(lambda first=first: _label(path, first, confirmed)) for first in (0, 1)]
        for child in random.sample(children, 2):
            killed += kill_after(child, random.uniform(0.05, LONGEST)) is None
        acknowledged = {int(line) for line in confirmed.read_bytes().split()}
        labelled = {at for at, image in enumerate(read_collection(path).images) if image.labels}
        if lost := acknowledged - labelled:
            wrong.append(f"kill {killed}: the labels of {sorted(lost)} are lost")
    return wrong


def _label(path: Path, first: int, confirmed: Path) -> None:
    from napari_rocks2net.annotation import CollectionChangedError, CollectionSession

    session = CollectionSession.open(path)
    with confirmed.open("ab", buffering=0) as stream:
        for at in range(first, IMAGES, 2):
            while True:
                key = session.collection.images[at].key
                try:
                    session.apply(session.collection.labelled([key], "rock", "a"), "label")
                    break
                except CollectionChangedError:
                    session = CollectionSession.open(path)
            stream.write(f"{at}\n".encode())


def kill_counts(folder: Path, kills: int, random: Random) -> list[str]:
    """Kill a count of points so many times, each time as it names them; return what is wrong."""
    from napari_rocks2net.point_counting import UNNAMED, CountingArea, CountSession, PointCount, read_count

    points = np.argwhere(np.ones((IMAGES, 1))) + 0.5
    path, confirmed = folder / "A1.points.csv", folder / "named"
    wrong: list[str] = []
    for number in range(kills):
        path.unlink(missing_ok=True)
        confirmed.write_bytes(b"")
        count = PointCount("A1.png", CountingArea((IMAGES, 2)), points, ("quartz", "mica"))
        CountSession.begin(count, path, "Ana")
        kill_after(fork(lambda: _name_points(path, confirmed)), random.uniform(0.02, LONGEST / 4))
        names = read_count(path).of("Ana")
        acknowledged = confirmed.read_bytes().count(b"\n")
        if (named := sum(name != UNNAMED for name in names)) < acknowledged:
            wrong.append(f"kill {number}: {acknowledged - named} names are lost")
    return wrong


def _name_points(path: Path, confirmed: Path) -> None:
    from napari_rocks2net.point_counting import CountSession

    session = CountSession.open(path, "Ana")
    with confirmed.open("ab", buffering=0) as stream:
        for at in range(IMAGES):
            session.name(("quartz", "mica")[at % 2])
            stream.write(b"\n")


def kill_maps(folder: Path, model: Path, kills: int, random: Random) -> list[str]:
    """Kill `map` so many times, each time going on with what the last has left; return what is wrong."""
    from napari_rocks2net.cli import main

    slide = folder / "slide.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (MAP_SIDE, 256, 3), np.uint8)).save(slide)
    command = ["map", str(model), str(slide), "--field", "64", "--stride", "32", "--device", "cpu", "--out"]
    whole, out = folder / "whole", folder / "out"
    if kill_after(fork(lambda: main([*command, str(whole)])), 600) != 0:
        return ["an undisturbed map fails"]
    wrong, killed = [], 0
    while killed < kills:
        code = kill_after(
            fork(lambda: main([*command, str(out), "--resume"])), random.uniform(0, LONGEST_MAP)
        )
        if code is None:
            killed += 1
            continue
        tables = [(place / "slide" / "cells.csv") for place in (out, whole)]
        if code != 0 or not _same(*tables):
            wrong.append(f"after kill {killed} the map is another one (exit code {code})")
        shutil.rmtree(out, ignore_errors=True)
    return wrong


def _same(table: Path, other: Path) -> bool:
    return table.is_file() and table.read_bytes() == other.read_bytes()


def kill_all(kills: int, seed: int = 0) -> dict[str, list[str]]:
    """Kill predictions, pairs of annotators, counts of points and maps; return what is wrong with each."""
    from tests.fuzz.readers import READERS

    with tempfile.TemporaryDirectory() as place, contextlib.suppress(BrokenPipeError):
        folder = Path(place)
        model = next(file for file in READERS["model"].make(folder) if file.suffix == ".safetensors")
        return {
            "predict": kill_predictions(folder, model, kills, Random(seed)),
            "two programs on one collection": kill_annotators(folder, kills, Random(seed)),
            "a count of points": kill_counts(folder, kills, Random(seed)),
            "map": kill_maps(folder, model, kills, Random(seed)),
        }
    raise AssertionError


def main() -> int:
    """Print what is lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    findings = kill_all(arguments.count, arguments.seed)
    for name, wrong in findings.items():
        print(f"{name}: {arguments.count} kills, {len(wrong)} wrong", flush=True)
        for line in wrong:
            print(f"  {line}")
    return min(1, sum(map(len, findings.values())))


if __name__ == "__main__":
    sys.exit(main())
