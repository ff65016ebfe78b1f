"""Provenance of a run (record.json): with what, where and on which images it was trained."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.imaging import READING_THREADS
from napari_rocks2net.model_file import library_versions, read_card, resolve_model
from napari_rocks2net.samples import SampleTable, target_images
from napari_rocks2net.samples.columns import FILE, GROUP, SPLIT
from napari_rocks2net.samples.copies.training_pictures import TrainingPictures, without_thumbnails
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.presets import IMAGENET, RANDOM
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError, reading, write_json
from napari_rocks2net.untrusted import is_file, parse_json

FORMAT_VERSION = 1
MOST_THREADS = 4096
VERSIONS, EPOCHS = "versions", "epochs"
"""Of a start: the versions of Python and the libraries, and up to which epoch it was to train."""


def write_record(folder: RunFolder, config: TrainingConfig, samples: SampleTable, device: str) -> None:
    """Write what a run is made of, or add a start to the record of a run that goes on.

    Parameters
    ----------
    folder : RunFolder
        Opened for the run.
    config : TrainingConfig
        What to do; "auto" is resolved, see `resolved_start`.
    samples : SampleTable
        With the column ``split``.
    device : str
        What the network is trained on, such as "cpu" or the name of a GPU.

    Raises
    ------
    RunFolderError
        When the run goes on and an image, or the model it started from, is missing or is not what it was.
    """
    if folder.record.is_file():
        record = read_record(folder)
        require_same_files(record, config.target)
    else:
        record = _new_record(config, samples)
    record["starts"].append(_start(config, device))
    write_json(folder.record, record)


def record_pictures(folder: RunFolder, hashes: Sequence[str]) -> tuple[str, ...]:
    """Write down what the pictures that the model was trained on are known again by.

    Parameters
    ----------
    folder : RunFolder
        With a record.
    hashes : sequence of str
        See `napari_rocks2net.samples.remembered`.

    Returns
    -------
    tuple of str
        Those that the model file may have, without thumbnails: who passes a model on passes no photo on.
    """
    short = without_thumbnails(hashes)
    write_json(folder.record, read_record(folder) | {"trained_on": list(short)})
    atomic_write(folder.training_pictures, "".join(f"{each}\n" for each in hashes))
    return short


def training_pictures(model: str | Path) -> TrainingPictures:
    """Return what is known of the pictures that a model was trained on: by its run, else by its card.

    Parameters
    ----------
    model : str or Path
        A model file, perhaps in its run folder, or the name of a built-in model.

    Raises
    ------
    ModelFileError
        When the file is no model.
    RunFolderError
        When the run folder is damaged.
    """
    path = resolve_model(model)
    hashes, folder = read_card(path).trained_on, RunFolder(path.parent)
    if path.name != folder.model.name or not is_file(folder.training_pictures):
        return TrainingPictures.of(hashes)
    with reading(folder.training_pictures):
        lines = folder.training_pictures.read_text(encoding="utf-8").splitlines()
        pictures = TrainingPictures.of(lines)
        # Damaged ones are refused here.
        _ = pictures.thumbnails
    # The file may have been replaced by a model of another run.
    return pictures if set(without_thumbnails(lines)) == set(hashes) else TrainingPictures.of(hashes)


def read_record(folder: RunFolder) -> dict[str, Any]:
    """Return what record.json holds.

    ``format_version``; ``seed``; ``start`` (what it started from); ``properties`` (names); ``split`` {part:
    thin sections}; ``files`` {absolute path of each image, labelled or not, and of the model it started from:
    SHA-256}; ``starts``, one for each time the run was started or went on: when, with which epochs, device,
    threads, command line, platform, and the versions of Python and the libraries; of a finished run
    ``trained_on``, see `record_pictures`.

    Raises
    ------
    RunFolderError
        When there is none, as the run was made by a version that wrote none, or it is damaged or newer.
    """
    if not folder.record.is_file():
        raise RunFolderError(
            f"{folder.path} holds no {folder.record.name}; name the folder of a recorded run."
        )
    with reading(folder.record):
        record: dict[str, Any] = parse_json(folder.record.read_text(encoding="utf-8"))
        if record["format_version"] > FORMAT_VERSION:
            raise RunFolderError(f"{folder.record} is of a newer version; update napari-rocks2net.")
        _ = dict(record["files"]), dict(record["split"]), differences(record, record)
        if not 1 <= threads_of(record) <= MOST_THREADS:
            raise ValueError("the number of threads is out of range")
    return record


def started_from(record: dict[str, Any]) -> str | None:
    """Return what a run started from, by its record; None where that was not recorded yet."""
    start = record.get("start")
    return None if start is None else str(start)


def last_start(record: dict[str, Any]) -> dict[str, Any]:
    """Return the circumstances in which a run was last started, by its record; see `read_record`."""
    start: dict[str, Any] = record["starts"][-1]
    return start


def threads_of(record: dict[str, Any]) -> int:
    """Return the number of threads that a run computed with when it was last started."""
    return int(last_start(record)["threads"])


def require_same_files(record: dict[str, Any], target: str | Path | None = None) -> None:
    """Compare the files of a record with what is on disk.

    Parameters
    ----------
    record : dict
        See `read_record`.
    target : str or Path, optional
        The folder of the unlabelled images.

    Raises
    ------
    RunFolderError
        When files are missing, changed, or new in the target; the first is named.
    """
    if added := [file for file in target_images(target) if file not in record["files"]]:
        raise RunFolderError(
            f"{len(added)} images of the target are new since the run began, the first is {added[0]}; "
            "take them out, or start a new run."
        )
    now = hash_files(record["files"])
    for change, files in (
        ("are missing", [file for file, digest in now.items() if digest is None]),
        ("have changed", [file for file, digest in now.items() if digest != record["files"][file]]),
    ):
        if files:
            raise RunFolderError(
                f"{len(files)} of the {len(now)} files that the run was trained on {change}, the first is "
                f"{files[0]}; put them back as they were, or start a new run."
            )


def hash_files(files: Iterable[str]) -> dict[str, str | None]:
    """Return the SHA-256 of each file in hexadecimal, None for a missing one."""
    names = list(files)
    with ThreadPoolExecutor(READING_THREADS) as pool:
        return dict(zip(names, pool.map(_digest, names), strict=True))


def differences(record: dict[str, Any], repeated: dict[str, Any]) -> tuple[str, ...]:
    """Say in sentences what may give a repeated run another result.

    Parameters
    ----------
    record, repeated : dict
        The records of the first run and of its repetition; see `read_record`.

    Returns
    -------
    tuple of str
        A sentence each for the device, threads, platform and library versions that the last starts differ in,
        and one if the first run went on with other epochs; empty if nothing is known to differ.
    """
    before, now = _circumstances(record), _circumstances(repeated)
    changed = tuple(
        f"{name} was {before.get(name, 'absent')} and is {now.get(name, 'absent')}."
        for name in sorted(before | now)
        if before.get(name) != now.get(name)
    )
    epochs = sorted({start[EPOCHS] for start in record["starts"]})
    if len(epochs) > 1:
        changed += (f"The first run went on with other epochs ({', '.join(map(str, epochs))}).",)
    return changed


def _circumstances(record: dict[str, Any]) -> dict[str, str]:
    start = last_start(record)
    return {name: str(start[name]) for name in ("device", "threads", "platform")} | start[VERSIONS]


def _new_record(config: TrainingConfig, samples: SampleTable) -> dict[str, Any]:
    sections = samples.frame.groupby(SPLIT)[GROUP].unique()
    files = samples.frame[FILE].unique().tolist() + target_images(config.target)
    if config.start_from not in (IMAGENET, RANDOM):
        files.append(str(resolve_model(config.start_from)))
    return {
        "format_version": FORMAT_VERSION,
        "seed": config.seed,
        "start": str(config.start_from),
        "properties": samples.names,
        "split": {part: sorted(names) for part, names in sections.items()},
        "files": hash_files(files),
        "starts": [],
    }


def _start(config: TrainingConfig, device: str) -> dict[str, Any]:
    import torch

    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        EPOCHS: config.epochs,
        "device": device,
        "threads": torch.get_num_threads(),
        "platform": platform.platform(),
        "command": sys.argv,
        VERSIONS: {"python": platform.python_version(), **library_versions()},
    }


def _digest(file: str) -> str | None:
    # A record may name a device that never ends.
    if not is_file(file):
        return None
    try:
        with Path(file).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
