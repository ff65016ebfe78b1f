"""Location of a count: beside the photo or its collection, else where the person says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.plugin.work import preferences, questions
from napari_rocks2net.point_counting.count_file import SUFFIX, proposed_path

if TYPE_CHECKING:
    import napari.viewer

    from napari_rocks2net.plugin.count.count_request import CountRequest

COUNTS = f"Point counts (*{SUFFIX});;All files (*)"


def place_of(parent: Any, viewer: napari.viewer.Viewer, request: CountRequest) -> Path | None:
    """Return the file of a count; an existing one is to be gone on with.

    Returns
    -------
    Path or None
        None when the person has not said where.
    """
    usual = request.path(viewer)
    if usual is None or not os.access(usual.parent, os.W_OK):
        return _ask_where(parent, proposed_path(Path(), request.plane.name, request.plane.index).name)
    if not usual.exists():
        return usual
    question = f"{usual.name} is there already. Go on with it? No keeps it and begins another one."
    return usual if questions.confirm(parent, "Count points", question) else _ask_where(parent, usual.name)


def ask_for_count(parent: Any) -> Path | None:
    """Ask for the file of a count."""
    return questions.ask_open_file(parent, "Open count", COUNTS, preferences.COUNT_FOLDER)


def _ask_where(parent: Any, name: str) -> Path | None:
    path = questions.ask_save_file(
        parent, "Keep the count as", name, COUNTS, preferences.COUNT_FOLDER, ask_to_replace=False
    )
    if path is None or path.name.endswith(SUFFIX):
        return path
    return path.with_name(f"{path.name.removesuffix('.csv')}{SUFFIX}")
