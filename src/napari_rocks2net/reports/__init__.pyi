from .collection_document import collection_report
from .document import Report
from .errors import ReportError
from .figure import draw_figure, save_figure_of
from .map_document import map_folder_report, map_report
from .run_document import run_report
from .settings import ReportSettings
from .writing import report_of, write_report

__all__ = [
    "Report",
    "ReportError",
    "ReportSettings",
    "collection_report",
    "draw_figure",
    "map_folder_report",
    "map_report",
    "report_of",
    "run_report",
    "save_figure_of",
    "write_report",
]
