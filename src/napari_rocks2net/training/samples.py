"""Labelled thin sections: one row a sample, from a folder or a CSV."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from napari_rocks2net.imaging import is_image_file
from napari_rocks2net.rock_properties import ROCK_PROPERTIES, RockProperty, joint_classes, joint_name

logger = logging.getLogger(__name__)

PLANE_COLUMN = "stack_plane"
# What a table that was exported from annotations says about a place besides its labels.
PLACE_COLUMNS = frozenset({"file", "region", "region_outline", PLANE_COLUMN})
FACT_PREFIX = "feature:"
ALL_PROPERTIES = "all"


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


def load_samples(
    path: str | Path, property: str | Sequence[str] | None = None, group: str | None = None
) -> SampleTable:
    r"""Read labelled images from a folder or a CSV.

    Parameters
    ----------
    path : str or Path
        A folder with one folder per class (searched to any depth), or a CSV with a ``file`` column (paths
        relative to the CSV), one column per rock property and any group column.
    property : str or sequence of str, optional
        The column that holds the labels. May be left out when the CSV has only one that can; for a
        folder it names the property, by default after the folder. Several columns of a CSV give samples of
        several properties, for a network that names them all; `ALL_PROPERTIES` means the columns named
        after the five rock properties. Any of their cells may be empty.
    group : str, optional
        For a CSV the column that names the thin section. For a folder a regular expression with one
        bracketed part, searched in the path below the class folder: ``r"sample_(\d+)_"`` makes
        ``sample_15_a.jpg`` and ``sample_15_b.jpg`` one thin section. Without it every file is a thin
        section of its own, which inflates the score when there are several photos of one section.

    Returns
    -------
    SampleTable
        Rows of the CSV without a label for this property are left out, and their number is logged.

    Raises
    ------
    SampleError
        When the table, a column, a label or a file is missing or contradictory.
    """
    path = Path(path).expanduser().absolute()
    if path.is_dir():
        return _from_folder(path.resolve(), property, group)
    if not path.exists():
        raise SampleError(f"{path} does not exist; give a folder with one folder per class or a CSV file.")
    return _from_table(path, property, group)


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


def _from_folder(folder: Path, property: str | Sequence[str] | None, group: str | None) -> SampleTable:
    if property == ALL_PROPERTIES or not isinstance(property, str | None):
        raise SampleError(f"{folder} is a folder, which holds one property; give a CSV with a column each.")
    pattern = _group_pattern(group)
    rows = [
        {"file": str(file), "label": class_folder.name, "group": _folder_group(file, class_folder, pattern)}
        for class_folder in sorted(folder.iterdir())
        if class_folder.is_dir() and not class_folder.name.startswith(".")
        for file in sorted(class_folder.rglob("*"))
        if file.is_file() and is_image_file(file)
    ]
    if not rows:
        raise SampleError(f"{folder} has no folder with images in it; make one folder per class.")
    return table_from_rows(pd.DataFrame(rows), property or folder.name)


def _relabelled(table: SampleTable, names: Mapping[str, str]) -> pd.DataFrame:
    return table.frame.assign(label=table.frame["label"].map(names))


def _group_pattern(group: str | None) -> re.Pattern[str] | None:
    if group is None:
        return None
    try:
        pattern = re.compile(group)
    except re.error as error:
        raise SampleError(f"The group pattern {group!r} is not a regular expression: {error}.") from error
    if pattern.groups != 1:
        raise SampleError(
            f"The group pattern {group!r} has {pattern.groups} bracketed parts; for a folder of classes give "
            r"a regular expression with one, such as 'sample_(\d+)_'."
        )
    return pattern


def _folder_group(file: Path, class_folder: Path, pattern: re.Pattern[str] | None) -> str:
    below = file.relative_to(class_folder).as_posix()
    if pattern is None:
        return f"{class_folder.name}/{below}"
    found = pattern.search(below)
    if found is None or not found.group(1):
        raise SampleError(
            f"The group pattern {pattern.pattern!r} does not occur in {below!r}; change the pattern."
        )
    return found.group(1)


def _from_table(path: Path, property: str | Sequence[str] | None, group: str | None) -> SampleTable:
    table = _read_table(path)
    _require_column(table, "file", path)
    names = _label_columns(table, property, group, path)
    unlabelled = int((table[names] == "").all(axis=1).sum())
    if unlabelled:
        logger.warning("%d of %d rows of %s have no %s.", unlabelled, len(table), path, ", ".join(names))
    return join_samples([_of_column(table, name, group, path) for name in names])


def _label_columns(
    table: pd.DataFrame, property: str | Sequence[str] | None, group: str | None, path: Path
) -> list[str]:
    if not property:
        return [_only_property(table, group, path)]
    if property == ALL_PROPERTIES:
        return _known_properties(table, path)
    names = [property] if isinstance(property, str) else list(property)
    for name in names:
        _require_column(table, name, path)
    return names


def _known_properties(table: pd.DataFrame, path: Path) -> list[str]:
    found = [name for name in ROCK_PROPERTIES if name in table.columns]
    if not found:
        raise SampleError(
            f"{path} has no column of the five rock properties ({', '.join(ROCK_PROPERTIES)}); "
            "name the columns that hold labels."
        )
    return found


def _of_column(table: pd.DataFrame, property: str, group: str | None, path: Path) -> SampleTable:
    labelled = table[table[property] != ""]
    _require_no_planes(labelled, path)
    frame = pd.DataFrame({"file": [str(_beside(path, name)) for name in labelled["file"]]}, dtype=str)
    frame["label"] = labelled[property].to_numpy()
    frame["group"] = _table_groups(labelled, group, path)
    if "region" in table.columns:
        frame["region"] = labelled["region"].to_numpy()
    return table_from_rows(frame, property)


def _read_table(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True
        )
    except (ValueError, OSError) as error:
        raise SampleError(f"{path} cannot be read as a CSV in UTF-8: {str(error).splitlines()[0]}") from error
    table.columns = [str(column).strip() for column in table.columns]
    return table.apply(lambda column: column.str.strip())


def _require_column(table: pd.DataFrame, column: str, path: Path) -> None:
    if column not in table.columns:
        there = ", ".join(map(repr, table.columns))
        raise SampleError(f"{path} has no column {column!r}; its columns are {there}.")


def _only_property(table: pd.DataFrame, group: str | None, path: Path) -> str:
    columns = [
        name
        for name in table.columns
        if name not in PLACE_COLUMNS | {group} and not str(name).startswith(FACT_PREFIX)
    ]
    if len(columns) != 1:
        there = ", ".join(map(repr, columns)) or "none"
        raise SampleError(
            f"Name the property column of {path}; the columns that may hold labels are {there}."
        )
    return str(columns[0])


def _table_groups(table: pd.DataFrame, group: str | None, path: Path) -> list[str]:
    if group is None:
        return table["file"].tolist()
    _require_column(table, group, path)
    empty = table[table[group] == ""]
    if len(empty):
        raise SampleError(
            f"{len(empty)} rows of {path} have no {group!r}, the first is {empty['file'].iloc[0]!r}; "
            "fill the group in, or the same section could be trained and tested on."
        )
    return table[group].tolist()


def _require_no_planes(table: pd.DataFrame, path: Path) -> None:
    if PLANE_COLUMN in table.columns and (table[PLANE_COLUMN] != "").any():
        raise SampleError(
            f"{path} lists planes of stacks; train from the collection it was exported from, or save the "
            "planes as images."
        )


def _beside(table_path: Path, name: str) -> Path:
    return (table_path.parent / Path(name.replace("\\", "/"))).resolve()


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
