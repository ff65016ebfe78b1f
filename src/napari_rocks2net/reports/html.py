"""Report as HTML: one file with its pictures inside, which a browser prints well to PDF."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from napari_rocks2net.reports.document import Report, ReportPicture
from napari_rocks2net.untrusted import visible

if TYPE_CHECKING:
    import pandas as pd

TEMPLATE = "report.html"


def html_of(report: Report) -> str:
    """Return a report as one HTML file.

    Names of classes, files and sections are foreign text: all of it is escaped, and the page may load nothing
    and run nothing.
    """
    from jinja2 import Environment

    environment = Environment(autoescape=True, finalize=_finalize, trim_blocks=True)
    template = environment.from_string(files(__package__).joinpath(TEMPLATE).read_text(encoding="utf-8"))
    return template.render(report=report, made=_date_written(), header=_header, rows=_rows, figure=_figure)


def _date_written() -> str:
    moment = datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    return f"Made by napari-rocks2net {version('napari-rocks2net')} on {moment}."


def _finalize(value: Any) -> Any:
    """Return a text without characters that nobody sees; what is markup of ours stays."""
    return "\n".join(map(visible, value.split("\n"))) if type(value) is str else value


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1 else f"{value:,.2f}".rstrip("0").rstrip(".")
    return str(value)


def _header(table: pd.DataFrame) -> list[tuple[str, Any]]:
    """Return the name of each column, and the attribute that its cells have."""
    return list(zip(map(str, table.columns), _attributes(table), strict=True))


def _rows(table: pd.DataFrame) -> Iterator[list[tuple[str, Any]]]:
    """Yield the cells of each row as texts with their attributes."""
    attributes = _attributes(table)
    for row in table.itertuples(index=False):
        yield list(zip(map(_cell, row), attributes, strict=True))


def _attributes(table: pd.DataFrame) -> list[Any]:
    from markupsafe import Markup

    return [Markup(' class="number"') if kind.kind in "iuf" else "" for kind in table.dtypes]


def _figure(picture: ReportPicture) -> Any:
    """Return a picture with its caption, inside the file."""
    from markupsafe import Markup

    data = base64.b64encode(picture.content).decode("ascii")
    return Markup(
        '<figure><img src="data:image/{kind};base64,{data}" alt="{caption}">'
        "<figcaption>{caption}</figcaption></figure>"
    ).format(kind=picture.kind, data=data, caption=visible(picture.caption))
