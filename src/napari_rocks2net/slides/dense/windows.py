"""Answers for windows from the maps of the slide that they lie in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_rocks2net.slides.dense.blocks import MapBlocks, MapPart
from napari_rocks2net.slides.dense.calibration import Calibration
from napari_rocks2net.slides.dense.integral import IntegralImage

if TYPE_CHECKING:
    import torch

    from napari_rocks2net.classify import Predictions
    from napari_rocks2net.models.dense import Pooled

Doubles = npt.NDArray[np.float64]


class SlidePart:
    """The maps of a part of a slide, ready for windows that lie in it.

    Parameters
    ----------
    blocks : MapBlocks
        The slide's maps.
    corners : numpy.ndarray
        (N, 2) y and x, at the scale of the network, of windows that span the part.

    Raises
    ------
    ImageError
        When a part of the slide cannot be read.
    """

    def __init__(self, blocks: MapBlocks, corners: Doubles) -> None:
        self._blocks = blocks
        self._parts: Mapping[str, MapPart] = blocks.parts(corners)
        self._integrals: dict[str, IntegralImage] = {}

    def background(self, corners: Doubles) -> Doubles:
        """Return the shares (N, 2) of windows that are bright and colourless, and dark."""
        return self._means("background", self._boxes(corners))

    def pooled(self, corners: Doubles, calibration: Calibration | None = None) -> Pooled:
        """Return what the heads take of windows.

        Parameters
        ----------
        corners : numpy.ndarray
            (N, 2) y and x at the scale of the network.
        calibration : Calibration, optional
            Without it the means are as they are.
        """
        from napari_rocks2net.models.dense import Pooled

        network, windows = self._blocks.network, self._boxes(corners)
        whole: npt.NDArray[Any] = self._means("whole", windows)
        whole = whole if calibration is None else calibration.whole(whole)
        if "local" not in self._parts:
            return Pooled(self._tensor(whole))
        logits = self._logits(corners) if "logits" in self._parts else None
        if logits is not None and calibration is not None and calibration.logits is not None:
            logits = logits + calibration.logits
        place = self._means("place", self._place_boxes(corners)) if "place" in self._parts else None
        at_places = [None if each is None else self._tensor(each) for each in (logits, place)]
        areas = network.boxes(self._tensor(whole), *at_places)
        within = areas.double().cpu().numpy() * self._blocks.size
        local: npt.NDArray[Any] = self._means("local", windows[:, [0, 1, 0, 1]] + within)
        if calibration is not None and calibration.local is not None:
            local = calibration.local(local)
        return Pooled(self._tensor(whole), areas, self._tensor(local), at_places[0])

    def answers(self, corners: Doubles, calibration: Calibration) -> list[Predictions]:
        """Return the predictions for windows; critical areas in pixels of the slide from the corner.

        Parameters
        ----------
        corners : numpy.ndarray
            (N, 2) y and x at the scale of the network.
        calibration : Calibration
            See `calibrate`.
        """
        blocks = self._blocks
        output = blocks.network.output(self.pooled(corners, calibration))
        return blocks.model.predictions_of(output, blocks.plan.grid.field)

    def _boxes(self, corners: Doubles) -> Doubles:
        return np.concatenate([corners, corners + self._blocks.size], axis=1)

    def _place_boxes(self, corners: Doubles) -> Doubles:
        """Return the windows as boxes of the positions that the localisation network has in them."""
        from napari_rocks2net.models.dense import PLACE_STRIDE, places_in

        return np.concatenate([corners, corners + PLACE_STRIDE * places_in(self._blocks.size)], axis=1)

    def _means(self, name: str, boxes: Doubles) -> Doubles:
        part = self._parts[name]
        if name not in self._integrals:
            self._integrals[name] = part.integral()
        return self._integrals[name].means(part.positions(boxes))

    def _logits(self, corners: Doubles) -> npt.NDArray[np.float32]:
        """Return the logits (N, n, n, C) at the positions of windows, between those of the slide."""
        part = self._parts["logits"]
        count = self._blocks.size // round(part.step)
        places = part.positions(np.concatenate([corners, corners], axis=1))[:, :2]
        lines, columns = (places[:, axis, None] + np.arange(count) for axis in (0, 1))
        return np.stack(
            [
                _between(_between(part.values, down), right, 1)
                for down, right in zip(lines, columns, strict=True)
            ]
        )

    def _tensor(self, values: npt.NDArray[Any]) -> torch.Tensor:
        import torch

        return torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(self._blocks.model.device.device)


def _between(values: npt.NDArray[Any], places: Doubles, axis: int = 0) -> npt.NDArray[np.float32]:
    """Return values at places between the lines of an axis, linearly."""
    last = values.shape[axis] - 1
    places = np.clip(places, 0, last)
    first = np.minimum(places.astype(np.intp), max(0, last - 1))
    share = (places - first).astype(np.float32)
    share = share.reshape(-1, *(1,) * (values.ndim - 1 - axis))
    upper, lower = values.take(first, axis=axis), values.take(np.minimum(first + 1, last), axis=axis)
    return np.asarray(upper * (1 - share) + lower * share, np.float32)
