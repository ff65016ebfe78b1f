"""Reader of collection files: dropped on the viewer, they open in the Annotate widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from napari_rocks2net.annotation import COLLECTION_SUFFIX, CollectionError
from napari_rocks2net.plugin.work import questions

# What a reader returns that opened something else than a layer.
NO_LAYER: list[tuple[None]] = [(None,)]


def collection_reader(path: str | Sequence[str] | None = None) -> Callable[[Any], list[tuple[None]]] | None:
    """Return the reader of one collection file; None for anything else. Without a path, one is asked for."""
    if path is None:
        kinds = questions.COLLECTION_FILTER
        questions.read_chosen_file("Open an annotated collection", kinds, open_collection)
        return None
    single = path if isinstance(path, str) else path[0] if len(path) == 1 else ""
    return open_collection if single.lower().endswith(COLLECTION_SUFFIX) else None


def open_collection(path: str | Sequence[str]) -> list[tuple[None]]:
    """Open a collection in the Annotate widget of the current viewer; without one a `CollectionError`."""
    import napari

    from napari_rocks2net.plugin.commands import open_annotate_widget

    viewer = napari.current_viewer()
    if viewer is None:
        raise CollectionError(f"{path} opens in a viewer only; scripts use CollectionSession.open.")
    open_annotate_widget(viewer).file_panel.open_collection(path if isinstance(path, str) else path[0])
    return NO_LAYER
