"""Count request: an image layer frozen, its region and excluded areas, where it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.annotation import ImageKey
from napari_rocks2net.plugin.commands import open_collection
from napari_rocks2net.plugin.layers.image_planes import shown_plane
from napari_rocks2net.plugin.layers.layer_scale import pixel_size_of_layer
from napari_rocks2net.plugin.layers.plane import ImagePlane
from napari_rocks2net.plugin.layers.shapes_region import region_of
from napari_rocks2net.point_counting import (
    CountingArea,
    GridSettings,
    PointCount,
    PointCountError,
    counting_grid,
)
from napari_rocks2net.point_counting.count_file import proposed_path

if TYPE_CHECKING:
    import napari.viewer
    from napari.layers import Image, Shapes


@dataclass(frozen=True, eq=False)
class CountRequest:
    """A photo, or the plane of a stack that the viewer shows, and the part of it that is counted."""

    plane: ImagePlane  # At its full resolution; it is read only where a model looks.
    area: CountingArea  # In its pixels.
    um_per_pixel: float | None  # None where it is not known.

    @classmethod
    def of(
        cls,
        viewer: napari.viewer.Viewer,
        layer: Image,
        region: Shapes | None = None,
        excluded: Shapes | None = None,
    ) -> CountRequest:
        """Freeze a request about the plane of a layer that the viewer shows.

        Parameters
        ----------
        viewer : napari.viewer.Viewer
            Says which plane of a stack is shown.
        layer : napari.layers.Image
            Of one level or several, in memory or lazy.
        region, excluded : napari.layers.Shapes, optional
            Their closed shapes count.

        Raises
        ------
        ImageLayerError, PointCountError
            If the layer is no image, a Shapes layer holds no closed shape, or the region lies beside it.
        """
        plane = shown_plane(viewer, layer)
        transform = plane.plane_transform
        area = CountingArea.of(
            plane.size,
            None if region is None else region_of(region, transform),
            () if excluded is None else region_of(excluded, transform),
        )
        size = pixel_size_of_layer(layer, plane.index)
        return cls(plane, area, None if size is None else size.micrometres)

    @property
    def file(self) -> Path | None:
        """The photo's file, absolute; None for a layer without one."""
        return Path(self.plane.origin[0]).absolute() if self.plane.origin is not None else None

    @property
    def image(self) -> str:
        """The name of the photo in a count."""
        return self.file.name if self.file is not None else self.plane.name

    def begun(self, settings: GridSettings, classes: tuple[str, ...]) -> PointCount:
        """Return a count whose points are still without names.

        Parameters
        ----------
        settings : GridSettings
            How the points are laid.
        classes : tuple of str
            What they can be named.

        Raises
        ------
        PointCountError
            When they cannot be laid, or no class is named.
        """
        return PointCount(
            image=self.image,
            area=self.area,
            positions=counting_grid(self.area, settings, self.um_per_pixel),
            classes=classes,
            file=self.file,
            plane=self.plane.index,
            um_per_pixel=self.um_per_pixel,
            settings=settings,
        )

    def require_same_photo(self, count: PointCount) -> None:
        """Raise a `PointCountError` for a count of another plane, or of a photo of another size."""
        if count.plane != self.plane.index:
            raise PointCountError(
                f"The count is of plane {list(count.plane)} of {count.image}, and plane "
                f"{list(self.plane.index)} is shown: show the plane that was counted."
            )
        if count.area.size != self.plane.size:
            height, width = count.area.size
            own_height, own_width = self.plane.size
            raise PointCountError(
                f"The count is of {count.image}, {width:,} x {height:,} pixels, and {self.plane.name} has "
                f"{own_width:,} x {own_height:,}: choose the photo that was counted."
            )

    def folder(self, viewer: napari.viewer.Viewer) -> Path | None:
        """Return where a count belongs: beside the open collection that holds the photo, else the photo."""
        if self.file is None:
            return None
        session = open_collection(viewer)
        if session is not None and ImageKey.of(self.file, self.plane.index) in session.collection:
            return session.path.parent
        return self.file.parent

    def path(self, viewer: napari.viewer.Viewer) -> Path | None:
        """Return the usual file of a count; None for a photo that is no file."""
        folder = self.folder(viewer)
        if folder is None or self.file is None:
            return None
        return proposed_path(folder, self.file.name, self.plane.index)
