"""Classes of microcrystals: their two axes, their colours, and how much of each there is.

Source: Yaqoob et al. 2025, doi 10.1109/ACCESS.2025.3552626, name four classes from the axes shape and facet
definition; which class has which facets is our reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net import class_colours as palette
from napari_rocks2net.crystals.errors import CrystalError

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_CRYSTAL_CLASSES = ("rhombic", "polyhedral", "amorphous", "spherical")

FACETED, FACETLESS = "euhedral to subhedral", "anhedral"
AXES = {
    "rhombic": ("rhombic", FACETED),
    "polyhedral": ("polyhedral", FACETED),
    "amorphous": ("amorphous", FACETLESS),
    "spherical": ("spherical", FACETLESS),
    "rounded": ("spherical", FACETLESS),
}


def shape_and_facets(name: str) -> tuple[str, str]:
    """Return the shape and the facet definition of a class, both empty for a class that is not the paper's.

    Parameters
    ----------
    name : str
        Such as "rhombic"; the case does not matter.
    """
    return AXES.get(name.strip().casefold(), ("", ""))


def class_colours(classes: Sequence[str]) -> dict[str, str]:
    """Give every class a colour "#rrggbb" that colour-blind readers tell apart, by its place in the list.

    Parameters
    ----------
    classes : sequence of str
        In the order of the model; the paper's four have the same colours in any order.
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
    if "class" not in table or len(values) != len(table):
        raise CrystalError(
            f"{len(values)} areas were given for {len(table)} crystals with the columns "
            f"{', '.join(map(str, table.columns))}: pass a column 'class' and one area a crystal."
        )
    classes = table["class"].fillna("").astype(str)
    probable = [str(name)[2:] for name in table.columns if str(name).startswith("p_")]
    names = list(dict.fromkeys([*probable, *sorted(set(classes) - {""})]))
    counts = np.array([np.count_nonzero(classes == name) for name in names], int)
    covered = np.array([values[(classes == name).to_numpy()].sum() for name in names])
    return pd.DataFrame(
        {
            "class": pd.Series(names, dtype=object),
            "count": counts,
            "count_percent": _percent(counts),
            "area_percent": _percent(covered),
        }
    )


def _percent(values: npt.NDArray[np.number]) -> npt.NDArray[np.float64]:
    total = float(values.sum()) if len(values) else 0.0
    return np.asarray(100 * values / total if total > 0 else np.zeros(len(values)), np.float64)
