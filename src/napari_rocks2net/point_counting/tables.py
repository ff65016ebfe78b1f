"""Tables of a point count: composition, points, convergence and agreement, as an Excel workbook too."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.point_counting.modal_composition import (
    EXCLUDED,
    composition,
    convergence,
    points_to_narrow,
)
from napari_rocks2net.point_counting.observers import compare
from napari_rocks2net.point_counting.point_count import UNNAMED, PointCount
from napari_rocks2net.samples.columns import CLASS, FILE, PERCENT_COLUMNS

if TYPE_CHECKING:
    import pandas as pd


def composition_table(count: PointCount) -> pd.DataFrame:
    """Return the area percentages by every observer, model and map.

    Returns
    -------
    pandas.DataFrame
        ``named_by, class, points, percent, percent_low, percent_high, points_to_halve``; the last is how many
        more would halve the interval. Points that were left out have a row without a percentage.
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    for source, names in count.answers().items():
        shares = composition(names, count.classes_of(source))
        total = sum(each.points for each in shares)
        for each in shares:
            more = points_to_narrow(each, total, len(shares)) if total else None
            percent = (100 * value for value in (each.share, each.low, each.high))
            rows.append((source, each.name, each.points, *percent, more))
        if excluded := names.count(EXCLUDED):
            rows.append((source, EXCLUDED, excluded, None, None, None, None))
    columns = ["named_by", CLASS, "points", *PERCENT_COLUMNS, "points_to_halve"]
    return pd.DataFrame(rows, columns=columns)


def points_table(count: PointCount) -> pd.DataFrame:
    """Return one row for each point: its place, and what each observer, model and map named it."""
    import pandas as pd

    columns: dict[str, object] = {"point": range(1, len(count.positions) + 1)}
    columns |= {"y": count.positions[:, 0], "x": count.positions[:, 1]}
    if count.micrometres is not None:
        columns |= {"y_um": count.micrometres[:, 0], "x_um": count.micrometres[:, 1]}
    return pd.DataFrame(columns | count.answers())


def convergence_table(count: PointCount) -> pd.DataFrame:
    """Return how every observer's percentages settled, a row for each number of points and class."""
    import pandas as pd

    rows = [
        (source, int(points), name, 100 * share, 100 * low, 100 * high)
        for source in count.names
        for curve in [convergence(count.of(source), count.classes)]
        for points, *parts in zip(curve.points, curve.shares, curve.low, curve.high, strict=True)
        for name, share, low, high in zip(count.classes, *parts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["named_by", "points", CLASS, *PERCENT_COLUMNS])


def agreement_table(count: PointCount) -> pd.DataFrame:
    """Return how far every two of observers, models and maps agree, with 95 % intervals.

    Returns
    -------
    pandas.DataFrame
        ``first, second, points, agreement, kappa, ac1`` with ``_low`` and ``_high`` of each figure; pairs
        without common points are left out.
    """
    import pandas as pd

    rows = []
    for first, second in combinations(count.answers(), 2):
        try:
            result = compare(count, first, second)
        except PointCountError:
            continue
        row: dict[str, object] = {"first": first, "second": second, "points": result.points}
        for name, figure in (
            ("agreement", result.agreement.observed),
            ("kappa", result.agreement.kappa),
            ("ac1", result.agreement.ac1),
        ):
            row |= {name: figure.value, f"{name}_low": figure.low, f"{name}_high": figure.high}
        rows.append(row)
    return pd.DataFrame(rows)


def count_tables(count: PointCount) -> Mapping[str, pd.DataFrame]:
    """Return every table of a count by the name of its sheet."""
    named = [name for name in count.answers() if count.of(name).count(UNNAMED) < len(count.positions)]
    if not named:
        raise PointCountError("No point is named yet: there is nothing to put into a table.")
    return {
        "composition": composition_table(count),
        "points": points_table(count),
        "convergence": convergence_table(count),
        "agreement": agreement_table(count),
        "count": _facts_table(count),
    }


def _facts_table(count: PointCount) -> pd.DataFrame:
    import pandas as pd

    facts = {
        "photo": count.image,
        FILE: str(count.file or ""),
        "pixels (height x width)": f"{count.area.size[0]} x {count.area.size[1]}",
        "micrometres a pixel": count.um_per_pixel,
        "points": len(count.positions),
        **{f"grid: {name}": value for name, value in vars(count.settings).items()},
        "intervals": "95 %, simultaneous for all classes (Goodman 1965)",
    }
    return pd.DataFrame({"what": list(facts), "value": list(facts.values())})
