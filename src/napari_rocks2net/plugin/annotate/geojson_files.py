"""GeoJSON reader and writer of napari: any Shapes layer with its features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation.exchange.geojson_layers import read_geojson_layer, write_geojson_layer
from napari_rocks2net.annotation.region_shapes import LayerData
from napari_rocks2net.plugin.work import questions


def geojson_reader(path: str | Sequence[str] | None = None) -> Callable[[Any], list[LayerData]] | None:
    """Return the reader of GeoJSON files; None for anything else. Without a path, one is asked for."""
    title = "Read GeoJSON regions"
    return questions.chosen_reader(
        path, title, questions.GEOJSON, lambda each: each.suffix.lower() == ".geojson", read_shapes
    )


def read_shapes(path: str | Sequence[str]) -> list[LayerData]:
    """Read GeoJSON files as Shapes layers; see `read_geojson_layer`, also for the error."""
    return [read_geojson_layer(Path(each)) for each in ([path] if isinstance(path, str) else path)]


def write_shapes(path: str = "", data: Any = None, meta: dict[str, Any] | None = None) -> list[str]:
    """Write a Shapes layer as napari hands it to writers; see `write_geojson_layer`.

    Without a path, it is asked for, and the selected layer saved.
    """
    if meta is None:
        return questions.save_selected_layers("Write GeoJSON regions", "regions.geojson", questions.GEOJSON)
    return [str(write_geojson_layer(path, data, meta))]
