"""Layers of a count: points coloured by class, and the cross on one of them, which the camera follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_rocks2net.class_colours import NO_CLASS_COLOUR, class_colours
from napari_rocks2net.plugin.layers.layer_place import lie_on
from napari_rocks2net.plugin.layers.mark import LayerMark
from napari_rocks2net.plugin.work.keys import bind_keys
from napari_rocks2net.point_counting import EXCLUDED, CountSession

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Points, Vectors

    from napari_rocks2net.plugin.layers.plane import ImagePlane
    from napari_rocks2net.plugin.layers.transforms import LayerTransform

POINTS, CROSS = "point count", "point count cross"
# Sizes on the screen in pixels: points, the arms of the cross, and the gap in its middle, where one looks.
POINT_LIMITS = (5, 12)
ARM, GAP, WIDTH = 42.0, 9.0, 1.6
# The screen shows so many steps of the grid at first.
STEPS_ON_SCREEN = 4.0
SMALLEST_VIEW = 160.0
DIRECTIONS = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], float)
LIGHT, DARK = (1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class CountMark(LayerMark):
    """Mark of a layer of a count."""

    kinds = frozenset({POINTS, CROSS})


class CountLayers:
    """Layers of a count in a viewer; no layer is touched that it did not make.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where the layers go; those of an earlier count are removed.
    session : CountSession
        What is counted.
    plane : ImagePlane
        The photo; the layers go with it where its layer is scaled, moved or turned.
    actions : mapping of str to callable
        What keys do, by napari's names of them.
    """

    def __init__(
        self,
        viewer: napari.viewer.Viewer,
        session: CountSession,
        plane: ImagePlane,
        actions: Mapping[str, Callable[[], None]],
    ) -> None:
        self._viewer, self._session, self._plane = viewer, session, plane
        self._actions = dict(actions)
        _remove_count_layers(viewer)
        self.points = self._add_points()
        self.cross = self._add_cross()
        for layer in (self.points, self.cross):
            lie_on(layer, plane.place, lambda: plane.own_transform)
        plane.place.moved.connect(self.show)
        viewer.scene.camera.events.zoom.connect(self._draw_cross)
        viewer.layers.selection.active = self.points
        self._zoom_in()
        self.show()

    @property
    def _transform(self) -> LayerTransform:
        """That of a layer on the photo, pixel by pixel."""
        return self._plane.own_transform

    @property
    def complete(self) -> bool:
        """Whether a person has deleted none of the layers."""
        return self.points in self._viewer.layers and self.cross in self._viewer.layers

    def show(self) -> None:
        """Show what was named, and bring the current point under the cross and into the middle."""
        if not self.complete:
            return
        count = self._session.count
        if len(self.points.data) != len(count.positions):
            self.points.data = self._transform.points(count.positions - 0.5)
            self.points.size = self._point_size()
        self._show_names()
        place = self._place()
        self._viewer.scene.camera.center = (*self._viewer.scene.camera.center[:-2], *self._world(place)[-2:])
        self._draw_cross()

    def _show_names(self) -> None:
        """Colour the points, each time once; where a person looks there is neither face nor border."""
        faces, borders = _colours(self._session), np.tile(LIGHT, (len(self.points.data), 1))
        faces[self._session.current] = borders[self._session.current] = 0
        self.points.face_color, self.points.border_color = faces, borders

    def remove(self) -> None:
        """Take the layers out of the viewer."""
        self._viewer.scene.camera.events.zoom.disconnect(self._draw_cross)
        self._plane.place.moved.disconnect(self.show)
        for layer in (self.points, self.cross):
            if layer in self._viewer.layers:
                self._viewer.layers.remove(layer)

    def _add_points(self) -> Points:
        from napari.layers import Points

        points = Points(
            self._transform.points(self._session.count.positions - 0.5),
            name=f"points: {self._session.count.image}",
            size=self._point_size(),
            canvas_size_limits=POINT_LIMITS,
            border_color="white",
            border_width=0.12,
            face_color=_colours(self._session),
            **self._transform.keywords,
        )
        CountMark(kind=POINTS).write(points)
        bind_keys(points, self._actions)
        points.mouse_drag_callbacks.append(self._clicked)
        self._viewer.add_layer(points)
        points.editable = False
        return points

    def _add_cross(self) -> Vectors:
        from napari.layers import Vectors

        cross = Vectors(
            self._cross_lines(),
            name="cross",
            edge_color=np.array([LIGHT] * 4 + [DARK] * 4),
            edge_width=self._on_screen(WIDTH),
            vector_style="line",
            opacity=1.0,
            **self._transform.keywords,
        )
        CountMark(kind=CROSS).write(cross)
        self._viewer.add_layer(cross)
        return cross

    def _cross_lines(self) -> np.ndarray:
        """Return four light and four dark lines beside them, (8, 2, D) starts and directions."""
        arm, gap, width = (self._on_screen(length) for length in (ARM, GAP, WIDTH))
        starts = self._place() + DIRECTIONS * gap
        beside = DIRECTIONS[:, ::-1] * width
        directions = DIRECTIONS * (arm - gap)
        return self._transform.points(
            np.stack([np.concatenate([starts, starts + beside]), np.tile(directions, (2, 1))], axis=1)
        )

    def _draw_cross(self, event: object = None) -> None:
        """Draw the cross where it is, always of the same size on the screen."""
        if self.cross not in self._viewer.layers:
            return
        self.cross.data = self._cross_lines()
        if self.cross.edge_width != (width := self._on_screen(WIDTH)):
            self.cross.edge_width = width

    def _zoom_in(self) -> None:
        extent = max(STEPS_ON_SCREEN * self._step(), SMALLEST_VIEW)
        height = min(self._viewer.canvas.viewbox_size(self._viewer.layers))
        self._viewer.scene.camera.zoom = max(
            self._viewer.scene.camera.zoom, height / (extent * self._pixel())
        )

    def _step(self) -> float:
        """Return about how far the points are apart, in pixels of the photo."""
        count = self._session.count
        return float(np.sqrt(count.area.pixels / len(count.positions)))

    def _point_size(self) -> float:
        return max(1.0, 0.15 * self._step())

    def _pixel(self) -> float:
        """Return how long a pixel of the photo is in the world."""
        return float(np.linalg.norm(self._transform.matrix[:-1, -3:-1], axis=0).mean())

    def _on_screen(self, length: float) -> float:
        """Return how many pixels of the photo a length on the screen is."""
        return length / (self._viewer.scene.camera.zoom * self._pixel())

    def _place(self) -> np.ndarray:
        return np.asarray(self._session.count.positions[self._session.current] - 0.5)

    def _world(self, place: np.ndarray) -> tuple[float, ...]:
        return tuple((self._transform.matrix @ [*self._transform.points(place), 1.0])[:-1].tolist())

    def _clicked(self, layer: Points, event: Any) -> Iterator[None]:
        """Go to the point that is clicked on; a drag moves the view."""
        pressed = event.position
        yield
        if event.type == "mouse_release" and np.allclose(event.position, pressed):
            place = layer.world_to_data(pressed)
            distance = np.linalg.norm(layer.data - place, axis=1)
            if distance.min() < self._step() / 2:
                self._session.go(int(distance.argmin()))


def _remove_count_layers(viewer: napari.viewer.Viewer) -> None:
    """Remove the layers of counts by this plugin from a viewer."""
    for layer in [each for each in viewer.layers if CountMark.of_own(each) is not None]:
        viewer.layers.remove(layer)


def _colours(session: CountSession) -> np.ndarray:
    """Return each point's colour, (N, 4): its class's, grey where it is left out, none without a name."""
    from napari.utils.colormaps.standardize_color import transform_color

    classes = session.count.classes
    colours = {EXCLUDED: NO_CLASS_COLOUR, **class_colours(classes)}
    table = {name: transform_color(colour)[0] for name, colour in colours.items()}
    nothing = np.zeros(4, np.float32)
    return np.array([table.get(name, nothing) for name in session.names])
