"""Counts of crystals by class: named by a person, named in all, and their shares of number and area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from napari_rocks2net.crystals.classification.classes import class_percentages


@dataclass(frozen=True)
class ClassCount:
    """Count of the crystals of one class: named by a person, and in all."""

    name: str
    colour: str
    named: int = 0
    count: int = 0
    count_percent: float = 0.0
    area_percent: float = 0.0


def count_classes(
    names: Sequence[str],
    colours: Mapping[str, str],
    by_hand: Mapping[int, str],
    shown: Mapping[int, str],
    areas: Mapping[int, float],
) -> list[ClassCount]:
    """Return the number of crystals of each class, and the area that they cover.

    Parameters
    ----------
    names : sequence of str
        The classes, in the order of the result.
    colours : mapping of str to str
        Class -> "#rrggbb".
    by_hand, shown : mapping of int to str
        Label -> class, given by a person; given by anyone.
    areas : mapping of int to float
        Label -> area, in any unit; crystals without one count nothing.
    """
    if not shown:
        return [ClassCount(name, colours[name]) for name in names]
    import pandas as pd

    table = pd.DataFrame({"class": pd.Series(shown, dtype=object)})
    percentages = class_percentages(table, [areas.get(label, 0.0) for label in table.index])
    shares = {str(row[0]): row[1:] for row in percentages.itertuples(index=False)}
    hand = pd.Series(by_hand, dtype=object).value_counts()
    return [
        ClassCount(
            name,
            colours[name],
            int(hand.get(name, 0)),
            *shares.get(name, ()),
        )
        for name in names
    ]
