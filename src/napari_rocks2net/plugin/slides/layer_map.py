"""Mapping of image layers: the same code for the widget and for scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_rocks2net.iteration import Progress, report_progress, run_to_end
from napari_rocks2net.plugin.layers.image_planes import named_layers, shown_plane
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.layers.shapes_region import region_of
from napari_rocks2net.plugin.slides.layer_slide import slide_of
from napari_rocks2net.plugin.slides.map_layers import MapLayers

if TYPE_CHECKING:
    import napari.viewer
    import numpy as np
    from napari.layers import Image, Shapes

    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.slides import BegunMap, MapSettings, Slide, SlideMap

ACTIVITY = "Mapping"
# For the name of a folder.
UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, eq=False)
class MapRequest:
    """Request of a map, frozen when it was asked for."""

    slide: Slide  # The pixels, which stay when the layer is deleted.
    settings: MapSettings  # The windows.
    region: list[np.ndarray] | None  # Polygons in pixels of the slide.
    plane: ImagePlane  # That the pixels are of.

    @classmethod
    def of(
        cls, viewer: napari.viewer.Viewer, layer: Image, settings: MapSettings, region: Shapes | None
    ) -> MapRequest:
        """Freeze a request about the plane of a layer that the viewer shows.

        Parameters
        ----------
        viewer : napari.viewer.Viewer
            Says which plane of a stack is shown.
        layer : napari.layers.Image
            What is mapped.
        settings : MapSettings
            The windows.
        region : napari.layers.Shapes or None
            Where.

        Raises
        ------
        ImageLayerError, SlideError
            If it cannot be mapped.
        """
        plane = shown_plane(viewer, layer)
        polygons = None if region is None else region_of(region, plane.plane_transform)
        return cls(slide_of(layer, plane.index), settings, polygons, plane)


def begin_map(classifier: RockClassifier, request: MapRequest, out: Path | None = None) -> BegunMap:
    """Plan a map, choose its way and time it: a job.

    Parameters
    ----------
    classifier : RockClassifier
        What will classify the windows.
    request : MapRequest
        What is mapped.
    out : Path, optional
        A folder; the map gets one in it with the name of the slide, and goes on where the same map is there.

    Raises
    ------
    SlideError
        When there is no window, or the folder holds another map.
    """
    from napari_rocks2net.slides import BegunMap, plan_map

    request.plane.note_contents()
    plan = plan_map(classifier, request.slide, request.settings, request.region)
    path = None if out is None else out / UNSAFE.sub("_", plan.slide.name).strip("_")
    begun = BegunMap.of(classifier, plan, path, resume=True)
    # Here, not where the window waits for it: some windows are classified.
    _ = begun.seconds
    return begun


def fill_map(begun: BegunMap) -> Generator[Progress, None, SlideMap]:
    """Return the job that fills a begun map and writes its files; it can be stopped after each cell."""
    return report_progress(begun.fill(), ACTIVITY)


def map_layer(
    viewer: napari.viewer.Viewer,
    layer: str | Image,
    classifier: RockClassifier,
    settings: MapSettings | None = None,
    region: Shapes | None = None,
) -> SlideMap:
    """Map the plane of an image layer that the viewer shows, and show the map; blocks until it is done.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where the layer is and the map goes.
    layer : str or napari.layers.Image
        The slide, or its name.
    classifier : RockClassifier
        Names one property or several.
    settings : MapSettings, optional
        Field, stride, and what is left out.
    region : napari.layers.Shapes, optional
        Only windows with their centre in one of its closed shapes.

    Returns
    -------
    SlideMap
        The answers; a Labels layer of classes and an Image layer of confidence show each property.

    Raises
    ------
    ImageLayerError, SlideError
        If it cannot be mapped.
    """
    from napari_rocks2net.slides import MapSettings as Settings

    (image,) = named_layers(viewer, [layer])
    request = MapRequest.of(viewer, image, settings or Settings(), region)
    result = run_to_end(fill_map(begin_map(classifier, request)))
    MapLayers(viewer, request.plane, result).update()
    return result


def on_click(layers: MapLayers, show: Callable[[int, int], None]) -> Callable[[Any, Any], None]:
    """Return a mouse callback of a map's layers that shows the cell under a click, not under a drag."""

    def clicked(layer: Any, event: Any) -> Generator[None, None, None]:
        """Wait for the end of the press."""
        dragged = False
        yield
        while event.type == "mouse_move":
            dragged = True
            yield
        if not dragged and (cell := layers.cell_at(event.position)) is not None:
            show(*cell)

    return clicked  # type: ignore[return-value]
