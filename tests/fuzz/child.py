"""Child process that hands mutated files to one reader, and prints a line of JSON for each."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.mutations import mutated
from tests.fuzz.readers import READERS, Reader

MEMORY = 12 << 30
# The weights of a network need not be read to be read wrong.
LONGEST = 32 << 20
# For a whole file, with the import of all libraries.
START_SECONDS = 600.0


class Hang(BaseException):
    """A reader takes longer than it may."""


def main(name: str, seed: int, first: int, count: int, seconds: float, budget: float) -> None:
    """Try mutations `first` to `count` of a reader's files, `budget` seconds long at most."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _hang)
    logging.disable()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "foreign files"
        folder.mkdir()
        os.chdir(folder)
        reader = READERS[name]
        files = reader.make(folder)
        contents = {file: file.read_bytes() for file in files}
        # Whole files first, so that no input is charged with the import of libraries.
        for file in files:
            if finding := attempt(reader, folder, file, START_SECONDS):
                raise AssertionError(f"a whole file cannot be read: {finding}")
        end = time.monotonic() + budget
        for index in range(first, count):
            if time.monotonic() > end:
                break
            random = Random(f"{name} {seed} {index}")
            file = random.choice(files)
            say(begun=index)
            file.write_bytes(mutated(contents[file], file.suffix, random)[:LONGEST])
            finding = attempt(reader, folder, file, seconds)
            file.write_bytes(contents[file])
            say(done=index, finding=finding)


def attempt(reader: Reader, folder: Path, file: Path, seconds: float) -> str | None:
    """Read a file; return what must not happen, None when all is well."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            reader.read(folder, file)
    except reader.errors() as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return _wrong_sentence(str(error), folder)
    except BaseException as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return f"{file.name}: {_where(error)}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def _wrong_sentence(text: str, folder: Path) -> str | None:
    """Say what a message lacks."""
    return None if folder.name in text else f"a message that names no file: {text!r:.300}"


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "napari_rocks2net" in frame.filename] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    return f"{type(error).__name__} at {place}: {str(error)[:300]}"


def _hang(*_: object) -> None:
    raise Hang


def say(**line: Any) -> None:
    """Print a line of JSON."""
    print(json.dumps(line), flush=True, file=sys.__stdout__)


if __name__ == "__main__":
    seed, first, count = map(int, sys.argv[2:5])
    main(sys.argv[1], seed, first, count, float(sys.argv[5]), float(sys.argv[6]))
