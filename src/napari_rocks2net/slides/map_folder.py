"""Map folder: a map on disk, complete row by row, and what people read of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.output_files import OVERVIEW_END
from napari_rocks2net.process_lock import process_lock
from napari_rocks2net.slides.areas import area_table
from napari_rocks2net.slides.cell_table import write_cells
from napari_rocks2net.slides.dense.calibrating import Calibrated
from napari_rocks2net.slides.errors import SlideError
from napari_rocks2net.slides.map_record import (
    ANSWERED,
    RECORD,
    WAY,
    first_difference,
    read_json,
    record_of,
    write_json,
)
from napari_rocks2net.slides.overview import write_overview
from napari_rocks2net.slides.plan import MapPlan
from napari_rocks2net.slides.row_store import RowArray
from napari_rocks2net.slides.slide_map import SlideMap
from napari_rocks2net.slides.ways import ChosenWay
from napari_rocks2net.untrusted import csv_of, parse_json

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

STORE, CELLS, AREAS = "map.zarr", "cells.csv", "areas.csv"
CALIBRATION = "calibration.json"
LOCK = ".map.lock"


class MapFolder:
    """The files of one map.

    ``map.json`` says what the map is of; ``map.zarr`` holds the answers, a chunk for each row of cells;
    ``cells.csv``, ``areas.csv`` and an overview of each property are made of them at the end.

    Parameters
    ----------
    path : Path
        The folder.
    arrays : list of RowArray
        What a row is written to, the states last: they mark it as complete.
    record : dict
        What the map is of, see `record_of`.
    """

    def __init__(self, path: Path, arrays: list[RowArray], record: dict[str, Any]) -> None:
        self.path, self._arrays, self._record = path, arrays, record
        self.rows = {row for row in range(len(arrays[-1].values)) if arrays[-1].has(row)}

    @classmethod
    def begin(
        cls,
        path: str | Path,
        plan: MapPlan,
        classifier: RockClassifier,
        result: SlideMap,
        *,
        resume: bool = False,
        overwrite: bool = False,
    ) -> MapFolder:
        """Begin a map on disk, or go on with it.

        Parameters
        ----------
        path : str or Path
            The folder; it is made.
        plan : MapPlan
            What is mapped, and how.
        classifier : RockClassifier
            By what.
        result : SlideMap
            Empty; it is filled with the rows that are there.
        resume : bool
            Whether to go on with a map that is there.
        overwrite : bool
            Whether to replace it, or files that are called as its own.

        Raises
        ------
        SlideError
            When a map is there and neither is asked for, the one to go on with is of another slide, model,
            grid or region, or another process is writing there.
        """
        path = Path(path)
        record = record_of(plan, classifier)
        with _sentences_of_disk(path), _locked(path):
            if resume and (path / RECORD).is_file():
                _require_same(path, record)
            else:
                _require_no_map(path, overwrite)
                _write_empty(path, record)
        with _sentences_of_disk(path):
            folder = cls(path, list(_arrays(path / STORE, result)), record)
        for array in folder._arrays:
            for row in folder.rows:
                array.read_row(row)
        return folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from writing the map; raises a `SlideError` where one does, or has."""
        with _locked(self.path):
            _require_same(self.path, self._record)
            yield

    def write_row(self, row: int) -> None:
        """Write a row of cells that is complete, of the map that the folder was begun with.

        Raises
        ------
        SlideError
            When the disk is full or cannot be written.
        """
        with _sentences_of_disk(self.path):
            for array in self._arrays:
                array.write_row(row)
        self.rows.add(row)

    def keep_way(self, way: ChosenWay) -> None:
        """Write down how the map is made, so that it is gone on with in the same way.

        Raises
        ------
        SlideError
            When the disk is full or cannot be written.
        """
        with _sentences_of_disk(self.path):
            if way.calibrated is not None:
                numbers = [each.to_dict() for each in way.calibrated.models]
                atomic_write(self.path / CALIBRATION, json.dumps(numbers))
            self._add_to_record(WAY, way.to_dict())

    def stored_way(self, classifier: RockClassifier, plan: MapPlan) -> ChosenWay | None:
        """Return how the map was begun; None where that was not decided yet.

        Parameters
        ----------
        classifier : RockClassifier
            The same as then.
        plan : MapPlan
            The same as then.

        Raises
        ------
        SlideError
            When it cannot be read.
        """
        try:
            record = read_json(self.path).get(WAY)
            if record is None or record["name"] == "exact":
                return record and ChosenWay.resumed(record, None, classifier, plan)
            numbers = parse_json((self.path / CALIBRATION).read_text(encoding="utf-8"))
            calibrated = Calibrated.from_dict(record, numbers)
            return ChosenWay.resumed(record, calibrated, classifier, plan)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SlideError(
                f"{self.path} cannot be gone on with as it was begun ({error}): replace it by --overwrite."
            ) from error

    def _add_to_record(self, name: str, value: Any) -> None:
        write_json(self.path, read_json(self.path) | {name: value})

    def finish(self, result: SlideMap) -> None:
        """Write the tables and overviews of a map that is complete, and how many cells were made how.

        Raises
        ------
        SlideError
            When the disk is full or cannot be written.
        """
        with _sentences_of_disk(self.path):
            write_cells(result, self.path / CELLS)
            atomic_write(self.path / AREAS, csv_of(area_table(result)))
            for each in result.properties:
                write_overview(result, each.rock_property.name, self.path)
            self._add_to_record(ANSWERED, result.answered_by_way())


def _locked(path: Path) -> AbstractContextManager[None]:
    taken = SlideError(f"{path} is being written by another process: wait for its end.")
    return process_lock(path / LOCK, taken)


@contextmanager
def _sentences_of_disk(path: Path) -> Iterator[None]:
    """Turn what a disk says into one sentence."""
    try:
        yield
    except OSError as error:
        raise SlideError(
            f"{path} cannot be written ({error.strerror or error}): what is done is kept; go on with "
            "--resume when it can."
        ) from error


def _arrays(store: Path, result: SlideMap) -> Iterator[RowArray]:
    rows = result.grid.rows
    side = result.picture.shape[0] // rows
    for number, each in enumerate(result.properties):
        group = store / str(number)
        atomic_write(group / ".zgroup", '{"zarr_format": 2}')
        names = {"property": each.rock_property.name, "classes": each.rock_property.classes}
        yield RowArray(group / "probabilities", each.probabilities, names)
        yield RowArray(group / "unfamiliar", each.unfamiliar)
        yield RowArray(group / "critical_areas", each.critical_areas)
    yield RowArray(store / "picture", result.picture.reshape(rows, side, -1, 3))
    yield RowArray(store / "background", result.background)
    yield RowArray(store / "dense", result.dense)
    yield RowArray(store / "states", result.states)


def _write_empty(path: Path, record: dict[str, Any]) -> None:
    """Write a map without rows, in the place of all that an earlier one has left."""
    with _sentences_of_disk(path):
        for each in _present(path):
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            else:
                each.unlink()
        write_json(path, record)
        atomic_write(path / STORE / ".zgroup", '{"zarr_format": 2}')


def _require_no_map(path: Path, overwrite: bool) -> None:
    present = _present(path)
    if present and not overwrite:
        if present[0].name != RECORD:
            raise SlideError(
                f"{present[0]} exists already: replace it by --overwrite, or name another folder."
            )
        raise SlideError(
            f"{path} holds a map already: go on with it by --resume, replace it by --overwrite, or name "
            "another folder."
        )


def _present(path: Path) -> list[Path]:
    """Return what is there that is called as files of a map, the record first."""
    own = [path / name for name in (RECORD, STORE, CALIBRATION, CELLS, AREAS)]
    return [each for each in (*own, *path.glob(f"*{OVERVIEW_END}")) if os.path.lexists(each)]


def _require_same(path: Path, record: dict[str, Any]) -> None:
    try:
        different = first_difference(path, record)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SlideError(
            f"{path / RECORD} cannot be read ({error}): replace the map by --overwrite."
        ) from error
    if different:
        raise SlideError(
            f"{path} holds a map that was begun with another {different.removesuffix('s')}: name "
            "another folder, or replace it (--overwrite)."
        )
