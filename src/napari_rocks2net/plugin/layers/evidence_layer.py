"""Evidence layer: an evidence map as an Image layer over its photo."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import napari
import numpy as np
from napari.layers import Image
from napari.utils import Colormap
from napari.utils.colormaps import ensure_colormap

from napari_rocks2net.plugin.layers.layer_place import lie_on
from napari_rocks2net.plugin.layers.mark import EvidenceMark
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.layers.result_table import ResultRow, shown_rows
from napari_rocks2net.plugin.layers.transforms import LayerTransform

if TYPE_CHECKING:
    from napari_rocks2net.explain import EvidenceMap

COLOURS = "inferno"
MOST_OPAQUE = 0.6
# What a flat map's colours span.
FLAT_SPAN = 1.0


@cache
def _evidence_colours() -> Colormap:
    """Return a perceptually uniform colormap whose dark end lets the photo through."""
    colours = np.array(ensure_colormap(COLOURS).colors)
    colours[:, 3] = np.linspace(0, MOST_OPAQUE, len(colours))
    return Colormap(colours, name="evidence", display_name="evidence")


def show_evidence_layer(
    viewer: napari.Viewer, plane: ImagePlane, evidence: EvidenceMap, answer: ResultRow | None = None
) -> Image:
    """Show a map over its photo, in place of the one that is there.

    Each value of the layer is that of a place, in units of the logit; only the colours are smooth.

    Parameters
    ----------
    viewer : napari.Viewer
        Where the photo is.
    plane : ImagePlane
        The photo.
    evidence : EvidenceMap
        Of `plane.read`.
    answer : ResultRow, optional
        What it is about: the map goes when this is shown no more, because it was removed or answered anew.
    """
    remove_evidence(viewer)
    selected = set(viewer.layers.selection)
    layer = Image(
        plane.own_transform.pixels(evidence.cells),
        name=f"evidence: {evidence.class_name}",
        colormap=_evidence_colours(),
        contrast_limits=_limits(evidence),
        interpolation2d="linear",
        blending="translucent_no_depth",
        **_placement(plane, evidence).keywords,
    )
    lie_on(layer, plane.place, lambda: _placement(plane, evidence))
    EvidenceMark(
        source=plane.layer_id,
        property=evidence.property,
        class_name=evidence.class_name,
        stream=evidence.stream,
    ).write(layer)
    layer.colorbar.visible = True
    viewer.add_layer(layer)
    # Below the results, whose rectangles stay in sight and in hand.
    viewer.layers.move(viewer.layers.index(layer), _above_photo(viewer, plane))
    viewer.layers.selection = selected
    _follow(viewer, layer, plane, answer)
    return layer


def evidence_layers(viewer: napari.Viewer) -> list[Any]:
    """Return our layers of evidence in a viewer."""
    return [layer for layer in viewer.layers if EvidenceMark.of_own(layer) is not None]


def remove_evidence(viewer: napari.Viewer) -> None:
    """Take our layers of evidence away."""
    for layer in evidence_layers(viewer):
        viewer.layers.remove(layer)


def _follow(viewer: napari.Viewer, layer: Image, plane: ImagePlane, answer: ResultRow | None) -> None:
    """Remove a map with its answer, and hide it while the layer below shows another photo."""
    events = viewer.layers.events
    hidden = plane.is_replaced_in(viewer.layers)
    layer.visible = not hidden

    def layers_changed(event: Any) -> None:
        """Follow the answer that the map explains, and the photo that it lies on."""
        nonlocal hidden
        if event.type not in ("features", "removed", "metadata", "data"):
            return
        if layer not in viewer.layers:
            events.disconnect(layers_changed)
        elif answer is not None and all(row is not answer for row in shown_rows(viewer.layers)):
            viewer.layers.remove(layer)
        elif any(map(plane.is_shown_by, viewer.layers)) is hidden:
            layer.visible, hidden = hidden, not hidden

    events.connect(layers_changed)


def _above_photo(viewer: napari.Viewer, plane: ImagePlane) -> int:
    ids = [str(layer.unique_id) for layer in viewer.layers]
    return ids.index(plane.layer_id) + 1 if plane.layer_id in ids else len(ids)


def _limits(evidence: EvidenceMap) -> tuple[float, float]:
    low, high = float(evidence.cells.min()), float(evidence.cells.max())
    return (low - FLAT_SPAN, high + FLAT_SPAN) if evidence.is_flat else (low, high)


def _placement(plane: ImagePlane, evidence: EvidenceMap) -> LayerTransform:
    """Return the transform that puts the places where they lie on the photo."""
    reduction = plane.reduction
    size = np.array(evidence.cell_size) * reduction
    corner = np.array([evidence.area.y0, evidence.area.x0]) * reduction
    # A pixel's centre is whole in napari.
    return plane.own_transform.of_part(*(corner + size / 2 - 0.5)).with_cells(*size)
