"""Sample table: labelled images of thin sections, one row a sample and one column a property."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.rock_properties import RockProperty
from napari_rocks2net.samples.columns import FILE, FRAME_COLUMNS, GROUP, REGION, SPLIT, VIEW_COLUMNS
from napari_rocks2net.samples.fields import has_fields, sample_numbers
from napari_rocks2net.samples.names_alike import class_form, is_placeholder, names_alike, section_form
from napari_rocks2net.untrusted import is_file

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)


class SampleError(ValueError):
    """A collection of labelled images that cannot be read or trained on."""


@dataclass(frozen=True, eq=False)
class SampleTable:
    """Labelled images of one rock property, or of several.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row a sample: ``file`` (text, an absolute path), ``region`` (`Region`, None for the whole image),
        ``group`` (text, the thin section; samples of one group never part), one text column a property
        (the label, empty where there is none) and, after a split, ``split`` or ``fold``. Where photos are
        views of fields also ``field`` (text, one name for the views of one sample), ``light`` and ``angle``
        (text, degrees); empty where a row does not say. Where samples say their scale also ``pixel_size_um``
        (text, micrometres a pixel).
    properties : tuple of RockProperty
        The properties, each with the classes that occur, sorted.
    """

    frame: pd.DataFrame
    properties: tuple[RockProperty, ...]

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
    _require_files(frame[FILE].unique().tolist())
    _require_one_group_a_file(frame)
    frame = complement_rows(frame, names) if len(names) > 1 else frame
    classes = {name: tuple(sorted(set(frame[name]) - {""})) for name in names}
    table = SampleTable(frame, tuple(RockProperty(*each) for each in classes.items()))
    require_one_label_a_picture(table, {}, {})
    _warn_of_names_alike(table)
    _warn_of_empty_words(table)
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


def area_of(file: str, region: Any) -> tuple[str, Any]:
    """Return what tells the area of a sample from others: its file and what is cut out of it.

    Parameters
    ----------
    file : str
        The image.
    region : Region or None
        None for the whole image.
    """
    return file, None if region is None else (region.plane, region.box)


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
    for (_, label), rows in samples.labels().groupby(["property", "label"], sort=False):
        if sample_numbers(rows).max() < 1:
            raise SampleError(f"The class {label!r} has one sample only; add samples or leave the class out.")
        if rows[GROUP].nunique() < 2:
            raise SampleError(
                f"All {sample_numbers(rows).max() + 1} samples of the class {label!r} are of one thin "
                f"section ({rows[GROUP].iloc[0]!r}), so it cannot be both trained on and tested on; "
                "add another section or leave the class out."
            )


def _warn_of_empty_words(samples: SampleTable) -> None:
    named = [name for each in samples.properties for name in each.classes if is_placeholder(name)]
    if named:
        logger.warning(
            "Classes are called %s, as programs write cells that hold nothing: empty these cells if no class "
            "is meant.",
            " and ".join(map(repr, named)),
        )


def _require_names(names: Sequence[str]) -> None:
    if len(set(names)) < len(names) or not names:
        raise SampleError(f"Each property can be learnt once, not {', '.join(names) or 'none'}.")
    if reserved := FRAME_COLUMNS.intersection(names):
        raise SampleError(f"A property cannot be named {min(reserved)!r} in a table of samples; rename it.")


def _require_files(files: Sequence[str]) -> None:
    missing = [file for file in files if not is_file(file)]
    if missing:
        raise SampleError(
            f"{len(missing)} of {len(files)} image files are missing, the first is {missing[0]}; a table "
            "names its files relative to itself, or as they are called on this computer."
        )


def _require_one_group_a_file(frame: pd.DataFrame) -> None:
    groups = frame.groupby(FILE)[GROUP].nunique()
    if (groups > 1).any():
        file = groups.index[groups > 1][0]
        names = ", ".join(map(repr, sorted(frame.loc[frame[FILE] == file, GROUP].unique())))
        raise SampleError(f"{file} is listed in the groups {names}; one image belongs to one thin section.")


def require_one_label_a_picture(
    samples: SampleTable, identical: Mapping[str, str], turned: Mapping[str, str]
) -> None:
    """Refuse samples in which one image or region has two labels of a property.

    Parameters
    ----------
    samples : SampleTable
        The samples.
    identical, turned : mapping of str to str
        A file -> another one that holds the same picture, for a region or, as it is or turned, for the whole;
        see `identical_pictures`.

    Raises
    ------
    SampleError
        With the names of the files and both labels.
    """
    first: dict[Any, tuple[str, str]] = {}
    labels = samples.labels()
    columns = (labels[name] for name in (FILE, REGION, "property", "label"))
    for file, region, property, label in zip(*columns, strict=True):
        copies = turned if region is None else identical
        area = area_of(copies.get(file, file), region)
        other_file, other = first.setdefault((area, property), (file, label))
        if other != label and other_file == file:
            both = ", ".join(map(repr, sorted([label, other])))
            raise SampleError(f"{file} is labelled {both}; it can have one label of a property.")
        if other != label:
            how = ", turned" if turned.get(file) != identical.get(file) else ""
            raise SampleError(
                f"{other_file} and {file} are the same picture{how}, labelled {other!r} and {label!r}; "
                "correct one label, or leave one of the files out."
            )


def _warn_of_names_alike(samples: SampleTable) -> None:
    # Files that are sections of their own are named as they are.
    named = [Path(file).name not in group for file, group in samples.frame[[FILE, GROUP]].to_numpy()]
    alike = {"thin sections": names_alike(samples.frame.loc[named, GROUP], section_form)}
    alike |= {f"classes of {each.name}": names_alike(each.classes, class_form) for each in samples.properties}
    if any(alike.values()):
        logger.warning(
            "Names that differ by case, zeros, invisible letters or a word for the light alone count as "
            "different ones; if they are not, correct the labels: %s.",
            "; ".join(f"{kind} {' and '.join(map(repr, names))}" for kind in alike for names in alike[kind]),
        )
