"""Classes of microcrystals: their list, axes and colours, and how many crystals each has.

Source: Yaqoob et al. 2025, doi 10.1109/ACCESS.2025.3552626, name four classes from the axes shape and facet
definition; which class has which facets is our reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net import class_colours as palette
from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.samples.columns import CLASS, classes_of_columns

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_CRYSTAL_CLASSES = ("rhombic", "polyhedral", "amorphous", "spherical")
# One for each of the keys by which a person names crystals.
MOST_CLASSES = 9

FACETED, FACETLESS = "euhedral to subhedral", "anhedral"
AXES = {
    "rhombic": ("rhombic", FACETED),
    "polyhedral": ("polyhedral", FACETED),
    "amorphous": ("amorphous", FACETLESS),
    "spherical": ("spherical", FACETLESS),
    "rounded": ("spherical", FACETLESS),
}


class ClassNameError(ValueError):
    """A list of classes cannot be changed so; the message says why."""


@dataclass(frozen=True)
class ClassCount:
    """Count of the crystals of one class: named by a person, and in all."""

    name: str
    colour: str
    named: int = 0
    count: int = 0
    count_percent: float = 0.0
    area_percent: float = 0.0


def shape_and_facets(name: str) -> tuple[str, str]:
    """Return the shape and facets of a class in any case, both empty where it is not the paper's."""
    return AXES.get(name.strip().casefold(), ("", ""))


def class_colours(classes: Sequence[str]) -> dict[str, str]:
    """Give every class a colour "#rrggbb" that colour-blind readers tell apart, by its place in the list.

    The paper's four have the same colours in any order.
    """
    colours = palette.class_colours([*DEFAULT_CRYSTAL_CLASSES, *classes])
    return {name: colours[name] for name in classes}


def class_percentages(table: pd.DataFrame, areas: npt.ArrayLike) -> pd.DataFrame:
    """Count the crystals of each class, and the area that they cover.

    Parameters
    ----------
    table : pandas.DataFrame
        With the column ``class``, such as `CrystalClassifier.classify` returns it; rows without a class are
        left out. Classes of its columns ``p_<class>`` that no crystal has are listed with zeros.
    areas : array_like
        (N,) area of each row's crystal, in any unit.

    Returns
    -------
    pandas.DataFrame
        ``class``, ``count`` (int), ``count_percent`` and ``area_percent`` (0 to 100, of the crystals that
        have a class).

    Raises
    ------
    CrystalError
        When there is no column ``class``, or another number of areas than rows.
    """
    import pandas as pd

    values = np.asarray(areas, float).ravel()
    if CLASS not in table or len(values) != len(table):
        raise CrystalError(
            f"{len(values)} areas were given for {len(table)} crystals with the columns "
            f"{', '.join(map(str, table.columns))}: pass a column 'class' and one area a crystal."
        )
    classes = table[CLASS].fillna("").astype(str)
    names = list(dict.fromkeys([*classes_of_columns(table.columns), *sorted(set(classes) - {""})]))
    counts = np.array([np.count_nonzero(classes == name) for name in names], int)
    covered = np.array([values[(classes == name).to_numpy()].sum() for name in names])
    columns = {CLASS: pd.Series(names, dtype=object), "count": counts}
    shares = {"count_percent": _percent(counts), "area_percent": _percent(covered)}
    return pd.DataFrame(columns | shares)


def count_classes(
    names: Sequence[str],
    colours: Mapping[str, str],
    by_hand: Mapping[int, str],
    named: Mapping[int, str],
    areas: Mapping[int, float],
) -> list[ClassCount]:
    """Return the number of crystals of each class, and the area that they cover.

    Parameters
    ----------
    names : sequence of str
        The classes, in the order of the result.
    colours : mapping of str to str
        Class -> "#rrggbb".
    by_hand, named : mapping of int to str
        Label -> class, given by a person; given by anyone.
    areas : mapping of int to float
        Label -> area, in any unit; crystals without one count nothing.
    """
    if not named:
        return [ClassCount(name, colours[name]) for name in names]
    import pandas as pd

    table = pd.DataFrame({CLASS: pd.Series(named, dtype=object)})
    percentages = class_percentages(table, [areas.get(label, 0.0) for label in table.index])
    shares = {str(row[0]): row[1:] for row in percentages.itertuples(index=False)}
    hand = pd.Series(by_hand, dtype=object).value_counts()
    return [ClassCount(name, colours[name], int(hand.get(name, 0)), *shares.get(name, ())) for name in names]


def with_class(classes: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the classes and another one.

    Parameters
    ----------
    classes : tuple of str
        In the order of their keys, at most nine.
    name : str
        Of the class to add; blanks around it are left out.

    Raises
    ------
    ClassNameError
        When it has no name, is there already, or there is no key left for it.
    """
    name = name.strip()
    if not name:
        raise ClassNameError("The class has no name; type one.")
    if name.casefold() in (each.casefold() for each in classes):
        raise ClassNameError(f"There is a class {name!r} already.")
    if len(classes) >= MOST_CLASSES:
        raise ClassNameError(f"There are {MOST_CLASSES} classes, one for each key; remove one first.")
    return (*classes, name)


def renamed(classes: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    """Return the classes with another name for one of them, which keeps its key.

    Parameters
    ----------
    classes : tuple of str
        In the order of their keys.
    old, new : str
        The name now and afterwards.

    Raises
    ------
    ClassNameError
        When the new name is empty or taken.
    """
    others = tuple(name for name in classes if name != old)
    name = with_class(others, new)[-1]
    return tuple(name if each == old else each for each in classes)


def _percent(values: npt.NDArray[np.number]) -> npt.NDArray[np.float64]:
    total = float(values.sum()) if len(values) else 0.0
    return np.asarray(100 * values / total if total > 0 else np.zeros(len(values)), np.float64)
