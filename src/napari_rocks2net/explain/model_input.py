"""Model input: the photo as it is, or one of the fields that it was brought to by its scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_rocks2net.classify import CriticalArea
from napari_rocks2net.classify.loaded_model import LoadedModel
from napari_rocks2net.classify.scaling import InputPhoto
from napari_rocks2net.pixel_scale import FieldOfView, ScaleMatch
from napari_rocks2net.views import Field

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class ModelInput:
    """Pixels that go into a model."""

    pixels: Bytes | Field  # (y, x, 3) uint8, or those of all views of a field.
    view: int  # Of a field the view that is asked about.
    field: FieldOfView | None  # Where they lie in the photo; None where they are the photo.
    size: tuple[int, int]  # (Y, X) of the photo, or of that view.
    count: int  # Of how many fields the answer is the mean; 0 where the photo was looked at as it is.

    @property
    def rgb(self) -> Bytes:
        """Those of the photo, or of the view that is asked about, (y, x, 3) uint8."""
        if not isinstance(self.pixels, Field):
            return self.pixels
        rgb: Bytes = self.pixels.views[self.view].file
        return rgb

    def of_photo(self, area: CriticalArea) -> CriticalArea:
        """Return an area of these pixels in those of the photo; mirror images lie outside of it."""
        if self.field is None:
            return area
        y0, x0, y1, x1 = self.field.box
        down, across = (y1 - y0) / self.field.size[0], (x1 - x0) / self.field.size[1]
        top, left, bottom, right = area.box
        return CriticalArea(y0 + top * down, x0 + left * across, y0 + bottom * down, x0 + right * across)

    def of_pixels(self, area: CriticalArea | None) -> CriticalArea | None:
        """Return an area of the photo in these pixels, as far as it lies there."""
        return area if area is None or self.field is None else area.on(self.field)

    def sentence(self) -> str:
        """Say which part of the photo this is; empty for the whole."""
        if self.count < 2:
            return ""
        return f"Of one of the {self.count} fields whose mean is the answer, the one that says most for it. "


def model_input(
    model: LoadedModel, photo: InputPhoto, property: str, class_name: str, view: int = 0
) -> ModelInput:
    """Return what a model looks at when it names a property, as `RockClassifier.predict` lets it.

    Parameters
    ----------
    model : LoadedModel
        Perhaps knows the scale from which it learned the property.
    photo : InputPhoto
        A photo or a field; of several parts of it that which says most for the class is taken, or the nearest
        to its critical area, which is in pixels of the view that is asked about.
    property, class_name : str
        What is asked about.
    view : int
        Of a field the view that is asked about.
    """
    rgb = photo.rgb.views[view].file if isinstance(photo.rgb, Field) else photo.rgb
    size = (rgb.shape[0], rgb.shape[1])
    learned = model.card.pixel_size_um.get(property)
    if learned is None or photo.micrometres is None:
        return ModelInput(photo.rgb, view, None, size, 0)
    parts = ScaleMatch.of(model.card.preprocessing, photo.size, photo.micrometres, learned).fields
    if not parts:
        return ModelInput(photo.rgb, view, None, size, 0)
    own = [each.on(photo.size, size) for each in parts]
    inputs = [
        ModelInput(photo.part(part), view, each, size, len(parts))
        for part, each in zip(parts, own, strict=True)
    ]
    if (area := photo.critical_area) is not None:
        return inputs[int(np.argmin([area.distance_to(each) for each in own]))]
    answers = model.predict_rgb([(each.pixels, None) for each in inputs])
    probabilities = [answer[property].probabilities[class_name] for answer in answers]
    return inputs[int(np.argmax(probabilities))]
