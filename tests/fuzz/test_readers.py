"""Files that a stranger damaged or made up: every reader reads them or says what is wrong, in a moment."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from tests.fuzz.fuzzing import fuzz
from tests.fuzz.readers import READERS

INPUTS = 150
# Of a child that reads all; on a slow machine there are fewer.
SECONDS = 1.5


@pytest.mark.skipif(sys.platform == "win32", reason="the limits of time and memory are POSIX's")
@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_read_or_refused(name: str) -> None:
    if name == "keras" and importlib.util.find_spec("h5py") is None:
        pytest.skip("h5py is not installed")
    report = fuzz(name, INPUTS, budget=SECONDS)
    assert report.inputs > 0
    assert report.findings == {}


def test_a_crash_and_a_hang_are_detected(tmp_path, monkeypatch) -> None:
    whole = len(READERS["vocabulary"].make(tmp_path))  # read before the first input
    (tmp_path / "sitecustomize.py").write_text(
        "import os, time\n"
        "from napari_rocks2net.annotation.exchange import vocabulary_file\n"
        "reader, calls = vocabulary_file.read_vocabulary, []\n"
        "def read(path):\n"
        "    calls.append(path)\n"
        f"    if len(calls) == {whole + 3}: time.sleep(600)\n"
        f"    if len(calls) == {whole + 5}: raise ZeroDivisionError\n"
        f"    if len(calls) == {whole + 7}: os.abort()\n"
        "    return reader(path)\n"
        "vocabulary_file.read_vocabulary = read\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    report = fuzz("vocabulary", 9, seconds=1.0)
    assert "Hang" in report.findings[2]
    assert "ZeroDivisionError" in report.findings[4]
    assert "died" in report.findings[6]
    assert report.inputs == 9
