"""Labelled thin sections as a checked table: one row a sample."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.rock_properties import RockProperty, joint_classes, joint_name

if TYPE_CHECKING:
    import pandas as pd


class SampleError(ValueError):
    """A collection of labelled images that cannot be read or trained on."""


@dataclass(frozen=True, eq=False)
class SampleTable:
    """Labelled images of one rock property, or of several.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row a label with the text columns ``file`` (absolute path), ``label`` and ``group`` (the thin
        section; samples of one group never part), optionally ``region`` (``"y0,x0,y1,x1"`` in pixels of
        the image, empty for the whole image) and, after a split, ``split``. An image has at most one label
        of a property; those of several properties are written as in ``classes``.
    property : str
        The rock property the labels belong to; of several, as `rock_properties.joint_name` writes them.
    classes : tuple of str
        The class names, sorted; of several properties, as `rock_properties.joint_classes` writes them.
    properties : tuple of RockProperty
        Which classes are whose; by default all are those of the one property.
    """

    frame: pd.DataFrame
    property: str
    classes: tuple[str, ...]
    properties: tuple[RockProperty, ...] = ()

    def __post_init__(self) -> None:
        """Take the classes as those of the one property where nothing else is said."""
        if not self.properties:
            object.__setattr__(self, "properties", (RockProperty(self.property, self.classes),))

    def __len__(self) -> int:
        return len(self.frame)

    def part(self, split: str) -> pd.DataFrame:
        """Return the rows of one split ("train", "validation" or "test"), numbered from 0."""
        return self.frame[self.frame["split"] == split].reset_index(drop=True)


def join_samples(tables: Sequence[SampleTable]) -> SampleTable:
    """Put samples of several properties together, for a network that names them all.

    Parameters
    ----------
    tables : sequence of SampleTable
        One a property. An image may be in any of them, always in the same group; a single table is
        returned as it is.

    Raises
    ------
    SampleError
        When a property comes twice, or a file stands in two groups.
    """
    import pandas as pd

    if len(tables) == 1:
        return tables[0]
    properties = tuple(each for table in tables for each in table.properties)
    names = [each.name for each in properties]
    if len(set(names)) < len(names) or not names:
        raise SampleError(f"Each property can be learnt once, not {', '.join(names) or 'none'}.")
    renamed = iter(joint_classes(properties))
    frames = [_relabelled(table, {name: next(renamed) for name in table.classes}) for table in tables]
    frame = pd.concat(frames, ignore_index=True).fillna("")
    _require_one_group_a_file(frame)
    return SampleTable(frame, joint_name(properties), joint_classes(properties), properties)


def table_from_rows(frame: pd.DataFrame, property: str) -> SampleTable:
    """Make a checked table from rows with the columns file, label, group and optionally region.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows; ``file`` holds absolute paths.
    property : str
        The rock property the labels belong to.

    Raises
    ------
    SampleError
        When there is no row, a file is missing, a region is not four numbers, one image (or region of it)
        has two labels, or one file stands in two groups (its thin section could then be on both sides of
        a split).
    """
    import pandas as pd

    if frame.empty:
        raise SampleError(f"There is no labelled image for {property!r}; label some images first.")
    _require_files(frame["file"].unique().tolist())
    _require_one_group_a_file(frame)
    _require_one_label_an_area(frame)
    for text in frame.get("region", pd.Series(dtype=str)).unique():
        parse_region(text)
    return SampleTable(frame.reset_index(drop=True), property, tuple(sorted(frame["label"].unique())))


def parse_region(text: str) -> tuple[float, float, float, float] | None:
    """Read a region "y0,x0,y1,x1" in pixels; an empty text means the whole image and gives None.

    Raises
    ------
    SampleError
        When it is not four numbers with y0 < y1 and x0 < x1.
    """
    if not text.strip():
        return None
    try:
        y0, x0, y1, x1 = (float(part) for part in text.split(","))
    except ValueError:
        raise SampleError(f"The region {text!r} is not four numbers y0,x0,y1,x1 in pixels.") from None
    if not (-math.inf < y0 < y1 < math.inf and -math.inf < x0 < x1 < math.inf):
        raise SampleError(f"The region {text!r} is no rectangle; it must have y0 < y1 and x0 < x1.")
    return y0, x0, y1, x1


def check_trainable(samples: SampleTable) -> None:
    """Refuse a table no model can be trained and tested on.

    Raises
    ------
    SampleError
        When there is one class only, or a class with a single sample or a single group (its thin section
        cannot be both trained on and tested on).
    """
    for each in samples.properties:
        if len(each.classes) < 2:
            raise SampleError(
                f"All samples of {each.name!r} are {each.classes[0]!r}; training needs two classes or more."
            )
    for label, rows in samples.frame.groupby("label"):
        if len(rows) < 2:
            raise SampleError(f"The class {label!r} has one sample only; add samples or leave the class out.")
        if rows["group"].nunique() < 2:
            raise SampleError(
                f"All {len(rows)} samples of the class {label!r} are of one thin section "
                f"({rows['group'].iloc[0]!r}), so it cannot be both trained on and tested on; "
                "add another section or leave the class out."
            )


def _relabelled(table: SampleTable, names: Mapping[str, str]) -> pd.DataFrame:
    return table.frame.assign(label=table.frame["label"].map(names))


def _require_files(files: Sequence[str]) -> None:
    missing = [file for file in files if not Path(file).is_file()]
    if missing:
        raise SampleError(
            f"{len(missing)} of {len(files)} image files are missing, the first is {missing[0]}."
        )


def _require_one_group_a_file(frame: pd.DataFrame) -> None:
    groups = frame.groupby("file")["group"].nunique()
    if (groups > 1).any():
        file = groups.index[groups > 1][0]
        names = ", ".join(map(repr, sorted(frame.loc[frame["file"] == file, "group"].unique())))
        raise SampleError(f"{file} is listed in the groups {names}; one image belongs to one thin section.")


def _require_one_label_an_area(frame: pd.DataFrame) -> None:
    areas = frame["file"] + " " + frame["region"] if "region" in frame.columns else frame["file"]
    labels = frame["label"].groupby(areas).unique()
    contradictory = labels[labels.map(len) > 1]
    if len(contradictory):
        names = ", ".join(map(repr, sorted(contradictory.iloc[0])))
        raise SampleError(
            f"{contradictory.index[0]} is labelled {names}; it can have one label of a property."
        )
