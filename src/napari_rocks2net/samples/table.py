"""Sample table: labelled images of thin sections, one row a sample and one column a property."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples.columns import FILE, FRAME_COLUMNS, REGION, SPLIT, VIEW_COLUMNS
from napari_rocks2net.samples.errors import SampleError
from napari_rocks2net.samples.fields import has_fields, sample_numbers
from napari_rocks2net.samples.parts import PARTS
from napari_rocks2net.samples.region import area_of
from napari_rocks2net.samples.table_checks import (
    require_files,
    require_one_group_a_file,
    require_one_label_a_picture,
    warn_of_empty_words,
    warn_of_names_alike,
)

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class SampleTable:
    """Labelled images of one rock property, or of several."""

    frame: pd.DataFrame
    """One row a sample: ``file`` (text, an absolute path), ``region`` (`Region`, None for the whole image),
    ``group`` (text, the thin section; samples of one group never part), one text column a property (the
    label, empty where there is none) and, after a split, ``split`` or ``fold``. Where photos are views of
    fields also ``field`` (text, one name for the views of one sample), ``light`` and ``angle`` (text,
    degrees); empty where a row does not say. Where samples say their scale also ``pixel_size_um`` (text,
    micrometres a pixel)."""
    properties: tuple[RockProperty, ...]
    """The properties, each with the classes that occur, sorted."""

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """The names of the properties."""
        return [each.name for each in self.properties]

    @property
    def only(self) -> RockProperty:
        """The single property.

        Raises
        ------
        SampleError
            When there are several.
        """
        if len(self.properties) > 1:
            raise SampleError(f"The samples have {', '.join(self.names)}; choose one of the properties.")
        return self.properties[0]

    def describe(self) -> str:
        """Say how many samples there are, of which properties and classes."""
        classes = [f"{each.name}: {', '.join(each.classes)}" for each in self.properties]
        samples = f"{len(self)} samples"
        if has_fields(self.frame):
            samples = f"{sample_numbers(self.frame).max() + 1} samples ({len(self)} photos)"
        return f"{samples} of {'; '.join(classes)}"

    def part(self, split: str) -> pd.DataFrame:
        """Return the rows of one split ("train", "validation" or "test"), numbered from 0."""
        return self.frame[self.frame[SPLIT] == split].reset_index(drop=True)

    @property
    def part_sizes(self) -> dict[str, int]:
        """How many rows each part of a split has."""
        return {part: int((self.frame[SPLIT] == part).sum()) for part in PARTS}

    def of(self, name: str) -> SampleTable:
        """Return the samples that have a label of one property, as those of this property alone.

        Raises
        ------
        SampleError
            When the samples have no such property.
        """
        if name not in self.names:
            raise SampleError(f"The samples have no {name!r}; they have {', '.join(self.names)}.")
        others = [other for other in self.names if other != name]
        frame = self.frame[self.frame[name] != ""].drop(columns=others).reset_index(drop=True)
        return SampleTable(frame, tuple(each for each in self.properties if each.name == name))

    def labels(self) -> pd.DataFrame:
        """Return the labels, one row each, property by property.

        Returns
        -------
        pandas.DataFrame
            ``property``, ``label`` and every column of the samples that is no property; the index is that of
            the sample.
        """
        import pandas as pd

        others = self.frame.drop(columns=self.names)
        long = pd.concat([others.assign(property=name, label=self.frame[name]) for name in self.names])
        return long[long["label"] != ""]


def table_from_rows(frame: pd.DataFrame, properties: str | Sequence[str]) -> SampleTable:
    """Make a checked table.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows with the columns of `SampleTable`; ``region`` may be left out, and rows without a label are.
        Rows that say different properties of one image or region become one.
    properties : str or sequence of str
        The columns that hold labels.

    Returns
    -------
    SampleTable
        Names of thin sections or classes that differ by case, leading zeros or (of sections) a word for the
        light alone are logged.

    Raises
    ------
    SampleError
        When a property has no label, a file is missing, one image or region has two labels of a property, or
        one file stands in two groups (its thin section could then be on both sides of a split).
    """
    names = [properties] if isinstance(properties, str) else list(properties)
    _require_names(names)
    frame = frame[(frame[names] != "").any(axis=1)].reset_index(drop=True)
    for name in names:
        if not (frame[name] != "").any():
            raise SampleError(f"There is no labelled image for {name!r}; label some images first.")
    if REGION not in frame:
        frame.insert(1, REGION, None)
    require_files(frame[FILE].unique().tolist())
    require_one_group_a_file(frame)
    frame = complement_rows(frame, names) if len(names) > 1 else frame
    classes = {name: tuple(sorted(set(frame[name]) - {""})) for name in names}
    table = SampleTable(frame, tuple(RockProperty(*each) for each in classes.items()))
    require_one_label_a_picture(table, {}, {})
    warn_of_names_alike(table)
    warn_of_empty_words(table)
    return table


def join_samples(tables: Sequence[SampleTable]) -> SampleTable:
    """Put samples of several properties together, for a network that names them all.

    Parameters
    ----------
    tables : sequence of SampleTable
        An image may be in any of them, always in the same group; no property in two.

    Raises
    ------
    SampleError
        When a property comes twice, or a file stands in two groups.
    """
    import pandas as pd

    names = [name for table in tables for name in table.names]
    _require_names(names)
    empty = dict.fromkeys(names, "")
    frames = [table.frame.assign(**empty | dict(table.frame[table.names].items())) for table in tables]
    joint = pd.concat(frames, ignore_index=True)
    views = [column for column in VIEW_COLUMNS if column in joint]
    joint[views] = joint[views].fillna("")
    return table_from_rows(joint, names)


def complement_rows(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Put rows together that say different properties of one area; a row that is listed twice stays two.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of a `SampleTable`.
    names : sequence of str
        The columns that hold labels.

    Returns
    -------
    pandas.DataFrame
        In the same order, what is put together in the place of its first row; the index counts from 0.
    """
    labels = frame[names].to_numpy(object)
    first: list[int] = []
    rows_of: dict[Any, list[int]] = {}
    for row, area in enumerate(map(area_of, frame[FILE], frame[REGION])):
        others = rows_of.setdefault(area, [])
        free = (other for other in others if not ((labels[other] != "") & (labels[row] != "")).any())
        if (other := next(free, None)) is None:
            others.append(row)
            first.append(row)
        else:
            labels[other] = [own or added for own, added in zip(labels[other], labels[row], strict=True)]
    return frame.assign(**dict(zip(names, labels.T, strict=True))).iloc[first].reset_index(drop=True)


def _require_names(names: Sequence[str]) -> None:
    if len(set(names)) < len(names) or not names:
        raise SampleError(f"Each property can be learnt once, not {', '.join(names) or 'none'}.")
    if reserved := FRAME_COLUMNS.intersection(names):
        raise SampleError(f"A property cannot be named {min(reserved)!r} in a table of samples; rename it.")
