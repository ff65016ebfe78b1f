"""Prediction tables: one row per image and property."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.evaluation.errors import EvaluationError
from napari_rocks2net.process_lock import process_lock
from napari_rocks2net.samples.columns import (
    AREA_COLUMNS,
    CLASS_PREFIX,
    FIELD,
    FILE,
    LABEL,
    MODEL,
    PAGE,
    PROBABILITY,
    PROPERTY,
    UNFAMILIAR,
    VIEWS,
)
from napari_rocks2net.untrusted import csv_of, plain_cell, safe_cell, storable

if TYPE_CHECKING:
    from napari_rocks2net.classify import Prediction
    from napari_rocks2net.rock_properties import RockProperty

COLUMNS = (FILE, PROPERTY, LABEL, PROBABILITY, UNFAMILIAR, *AREA_COLUMNS)


def plane_cell(plane: Sequence[int]) -> str:
    """Return the position of a picture in its file as text, such as "4" or "0,2"; nothing for a photo."""
    return ",".join(map(str, plane))


def prediction_row(file: str | Path, prediction: Prediction) -> dict[str, Any]:
    """Return one row of `predictions.csv`.

    Parameters
    ----------
    file : str or pathlib.Path
        The image's path or name.
    prediction : Prediction
        What the classifier said about it.

    Returns
    -------
    dict
        ``file, property, label, probability, unfamiliar`` (None for models that cannot tell), ``area_y0,
        area_x0, area_y1, area_x1`` (pixels; None for one-stream models), of a field ``views``, and one
        ``p_<class>`` per class.
    """
    area = prediction.critical_area
    edges = area.box if area is not None else (None,) * len(AREA_COLUMNS)
    return {
        FILE: storable(str(file)),
        PROPERTY: prediction.property,
        LABEL: prediction.label,
        PROBABILITY: prediction.probability,
        UNFAMILIAR: prediction.unfamiliar,
        **dict(zip(AREA_COLUMNS, edges, strict=True)),
        **({VIEWS: prediction.views} if prediction.views else {}),
        **{CLASS_PREFIX + name: value for name, value in prediction.probabilities.items()},
    }


class PredictionFile:
    """A predictions.csv that grows: the answer to an image is on disk before the next is looked at.

    Parameters
    ----------
    path : Path
        The table; its folder is made with the first row.
    properties : sequence of RockProperty
        What every image gets a row of, in their order.
    models : mapping of str to str
        Property -> what its model is told from others by; see `napari_rocks2net.model_file.fingerprint`.
    resume : bool
        Whether to go on with a table that is there; it is replaced otherwise.
    of_fields : bool
        Whether it has the columns ``field`` and ``views``.

    Attributes
    ----------
    done : set of (str, str)
        The columns ``file`` and ``plane`` of the images in the table that is gone on with.

    Raises
    ------
    EvaluationError
        When the table that is gone on with has other columns, or rows of another model, or another process
        is writing it.
    """

    def __init__(
        self,
        path: Path,
        properties: Sequence[RockProperty],
        models: Mapping[str, str],
        *,
        resume: bool = False,
        of_fields: bool = False,
    ) -> None:
        self.path = path
        self._models = models
        taken = EvaluationError(f"{path} is being written by another process: wait for its end.")
        self._lock = ExitStack()
        self._lock.enter_context(process_lock(path.with_name(f".{path.name}.lock"), taken))
        classes = dict.fromkeys(CLASS_PREFIX + name for each in properties for name in each.classes)
        fields = (FIELD, VIEWS) if of_fields else ()
        self._columns = [*COLUMNS, PAGE, *fields, MODEL, *classes]
        self._begun = resume and path.is_file()
        with self._lock:
            self.done = self._keep_whole_rows(len(properties)) if self._begun else set()
            self._lock = self._lock.pop_all()

    def close(self) -> None:
        """Let other processes write the table."""
        self._lock.close()

    def append(
        self,
        file: str | Path,
        predictions: Mapping[str, Prediction],
        plane: Sequence[int] = (),
        field: str = "",
    ) -> list[dict[str, Any]]:
        """Write the rows of one image.

        Parameters
        ----------
        file : str or Path
            The image.
        predictions : mapping of Prediction
            One for each of the properties.
        plane : sequence of int
            Which of the pages or planes of the file the image is, counted from 0; none for a photo.
        field : str
            What the field is called that the file is the first view of.

        Returns
        -------
        list of dict
            The rows, see `prediction_row`, with the ``plane``, such as "4" or "0,2", and the ``model``.
        """
        place = {PAGE: plane_cell(plane), FIELD: field}
        rows = [
            {**prediction_row(file, each), **place, MODEL: self._models[each.property]}
            for each in predictions.values()
        ]
        text = csv_of(pd.DataFrame(rows, columns=self._columns), header=not self._begun)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab" if self._begun else "wb") as stream:
            stream.write(text.encode())
        self._begun = True
        return rows

    def _keep_whole_rows(self, rows_of_image: int) -> set[tuple[str, str]]:
        """Cut off what a kill left of the last image; return the images that are whole."""
        with self.path.open(encoding="utf-8", errors="replace", newline="") as stream:
            try:
                header, *rows = list(csv.reader(stream)) or [[]]
            except csv.Error as error:
                raise EvaluationError(f"{self.path} is no table of predictions ({error}).") from error
        if header != list(map(safe_cell, self._columns)):
            raise EvaluationError(
                f"{self.path} is of another model, for its columns differ; name another table or replace it."
            )
        whole = [row for row in rows if len(row) == len(header)]
        # A cut row may look whole when its last cell is short of digits only.
        ends = self.path.read_bytes().endswith(b"\n")
        whole = whole if ends or not rows or len(rows[-1]) < len(header) else whole[:-1]
        whole = whole[: len(whole) // rows_of_image * rows_of_image]
        written = {(row[FILE], row[PAGE]) for row in self._of_same_model(header, whole)}
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([header, *whole])
        atomic_write(self.path, text.getvalue())
        return written

    def _of_same_model(self, header: list[str], rows: list[list[str]]) -> Iterator[dict[str, str]]:
        for cells in rows:
            row = dict(zip(map(plain_cell, header), map(plain_cell, cells), strict=True))
            if row[MODEL] != self._models.get(row[PROPERTY]):
                raise EvaluationError(
                    f"{self.path} was begun with another model of the same classes (file {row[MODEL]:.20}, "
                    f"now {self._models.get(row[PROPERTY])}): name another table, or replace it with "
                    "--overwrite."
                )
            yield row


def prediction_table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return rows of `prediction_row` as a table; a class that a model does not know is left empty."""
    listed = list(rows)
    return pd.DataFrame(listed) if listed else pd.DataFrame(columns=list(COLUMNS))


def write_table(table: pd.DataFrame, path: str | Path) -> Path:
    """Write a table as CSV in UTF-8, whole or not at all.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows; the index is left out, numbers keep six digits.
    path : str or pathlib.Path
        The CSV; missing folders are made, an existing file is replaced.
    """
    return atomic_write(path, csv_of(table))
