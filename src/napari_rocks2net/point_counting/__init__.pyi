from .count_file import read_count, write_count
from .counting_area import CountingArea
from .errors import PointCountError
from .grid import counting_grid, more_points
from .modal_composition import (
    EXCLUDED,
    ClassShare,
    Convergence,
    composition,
    convergence,
    goodman_interval,
    outlook,
    points_to_narrow,
)
from .observers import Comparison, compare
from .point_count import UNNAMED, PointCount
from .session import CountSession
from .settings import GridSettings
from .suggestions import suggested_by_map, suggested_by_model
from .tables import agreement_table, composition_table, convergence_table, count_tables, points_table

__all__ = [
    "EXCLUDED",
    "UNNAMED",
    "ClassShare",
    "Comparison",
    "Convergence",
    "CountSession",
    "CountingArea",
    "GridSettings",
    "PointCount",
    "PointCountError",
    "agreement_table",
    "compare",
    "composition",
    "composition_table",
    "convergence",
    "convergence_table",
    "count_tables",
    "counting_grid",
    "goodman_interval",
    "more_points",
    "outlook",
    "points_table",
    "points_to_narrow",
    "read_count",
    "suggested_by_map",
    "suggested_by_model",
    "write_count",
]
