"""Figure of a classified plane: what is drawn, and by which models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.model_file import fingerprint, resolve_model
from napari_rocks2net.plugin.work.model_choice import short_name

if TYPE_CHECKING:
    from napari_rocks2net.plugin.layers.result_table import ResultRow

FIGURES = "PNG pictures (*.png);;SVG drawings (*.svg);;PDF files (*.pdf)"
DIGITS = 12


def rows_of_plane(rows: Sequence[ResultRow], clicked: tuple[str, tuple[int, ...]] | None) -> list[ResultRow]:
    """Return the answers about the plane that was clicked; about the first one where none was, or it is gone.

    Parameters
    ----------
    rows : sequence of ResultRow
        All answers.
    clicked : tuple or None
        Unique id of an image layer, and the plane in it.
    """
    planes = {(row.plane.layer_id, row.plane.index): row.plane for row in rows}
    if not planes:
        return []
    chosen = clicked if clicked in planes else next(iter(planes))
    return [row for row in rows if (row.plane.layer_id, row.plane.index) == chosen]


def save_plane_figure(path: Path, rows: Sequence[ResultRow], models: Sequence[str]) -> Path:
    """Draw the answers about one plane, for the thread of a job.

    Parameters
    ----------
    path : Path
        Its ending chooses the format.
    rows : sequence of ResultRow
        At least one, all of one plane.
    models : sequence of str
        Files or names of the models.

    Raises
    ------
    ReportError, ImageError
        When it cannot be drawn or saved.
    """
    from napari_rocks2net.reports import draw_figure, save_figure_of

    plane = rows[0].plane
    figure = draw_figure(
        plane.read(),
        [row.prediction for row in rows],
        title=plane.title,
        models=[f"{short_name(model)} ({fingerprint(resolve_model(model))[:DIGITS]})" for model in models],
        um_per_pixel=plane.pixel_size,
    )
    return save_figure_of(figure, path)
