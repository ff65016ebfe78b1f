"""From an RGB image to the tensor a network eats, and boxes back the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from PIL import Image

from napari_rocks2net.imaging.errors import ImageError
from napari_rocks2net.imaging.reduction import block_means, fitting_size, resampled, sensible_size
from napari_rocks2net.preprocessing_choices import Interpolation, Normalisation, Resize

if TYPE_CHECKING:
    import torch

Brightness = Literal["depth"]
Box = tuple[float, float, float, float]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
SMALLEST_SIZE = 64
LARGEST_SIZE = 8192
SIZE_STEP = 32


@dataclass(frozen=True)
class Preprocessing:
    """How an image becomes the input of a network; it travels with the weights.

    Raises
    ------
    ValueError
        When a value is not one of the above.
    """

    size: int = 512
    """Side of the square input in pixels, with "native" its longest side at most; a multiple of 32, 64 to
    8192."""
    resize: Resize = "stretch"
    """How the image fits: "stretch" squashes it to the square (the paper's way); "pad" keeps the aspect
    ratio and fills what is left, equally on both sides, with black; "native" leaves the image as it is and
    only reduces one with a longer side, its aspect ratio kept: inputs then differ in size."""
    interpolation: Interpolation = "bilinear"
    """How it is resampled: "bilinear" is antialiased; "nearest" takes the pixel under each centre, as the
    paper did."""
    normalisation: Normalisation = "imagenet"
    """How values are scaled. "imagenet": in 0..1, minus the ImageNet mean, over its standard deviation, per
    channel. "samplewise_center": values in 0..255 minus the image's own scalar mean. "unit": values in 0..1
    and no more. "signed": (values in 0..255 - 127) / 128, as EfficientNet-Lite was trained."""
    brightness: Brightness = "depth"
    """How grey and deep images become 8 bits before all this. "depth": by `black_and_white`, black is 0 and
    white the largest number of the camera's depth, one for a file or stack."""

    def __post_init__(self) -> None:
        """Refuse what no network can eat."""
        whole = isinstance(self.size, int) and not isinstance(self.size, bool)
        if not whole or not SMALLEST_SIZE <= self.size <= LARGEST_SIZE or self.size % SIZE_STEP:
            raise ValueError(
                f"The input size is {self.size!r:.40}: pass a multiple of {SIZE_STEP}, {SMALLEST_SIZE} to "
                f"{LARGEST_SIZE}."
            )
        _check_choice("resize", self.resize, get_args(Resize))
        _check_choice("interpolation", self.interpolation, get_args(Interpolation))
        _check_choice("normalisation", self.normalisation, get_args(Normalisation))
        _check_choice("brightness", self.brightness, get_args(Brightness))

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> torch.Tensor:
        """Resize and normalise one image.

        Parameters
        ----------
        rgb : numpy.ndarray
            (Y, X, 3) uint8, as `read_image` and `as_rgb` return it.

        Returns
        -------
        torch.Tensor
            (3, size, size) float32, with "native" (3, y, x).

        Raises
        ------
        ImageError
            When the array is not (Y, X, 3) uint8 with at least one pixel.
        """
        return self.normalised(self.resized(rgb))

    def resized(self, rgb: npt.NDArray[np.uint8]) -> torch.Tensor:
        """Bring one image to the network's size, colours untouched.

        Parameters
        ----------
        rgb : numpy.ndarray
            (Y, X, 3) uint8.

        Returns
        -------
        torch.Tensor
            (3, size, size) uint8, with "native" (3, y, x); training augments this one.

        Raises
        ------
        ImageError
            When the array is not (Y, X, 3) uint8 with at least one pixel.
        """
        import torch
        from torchvision.transforms.v2 import InterpolationMode, functional

        if self.resize == "native":
            return torch.from_numpy(self.reduced(rgb).transpose(2, 0, 1).copy())
        rgb = self._of_sensible_size(rgb)
        image = torch.from_numpy(np.array(rgb, order="C")).permute(2, 0, 1)
        top, left, height, width = self._placement(*rgb.shape[:2])
        bilinear = self.interpolation == "bilinear"
        mode = InterpolationMode.BILINEAR if bilinear else InterpolationMode.NEAREST_EXACT
        image = functional.resize(image, [height, width], interpolation=mode, antialias=bilinear)
        input_height, input_width = self.input_shape(*rgb.shape[:2])
        padding = [left, top, input_width - width - left, input_height - height - top]
        return functional.pad(image, padding) if any(padding) else image.contiguous()

    def reduced(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Bring one image to the scale of "native", without torch: (y, x, 3) uint8; a smaller one stays.

        See `resized`, also for the errors.
        """
        rgb = self._of_sensible_size(rgb)
        _, _, height, width = self._placement(*rgb.shape[:2])
        bilinear = self.interpolation == "bilinear"
        return resampled(
            rgb, (height, width), Image.Resampling.BILINEAR if bilinear else Image.Resampling.NEAREST
        )

    def _of_sensible_size(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Reduce a very large image as a layer is that is read in strips, so that both have one answer."""
        _check_rgb(rgb)
        height, width = rgb.shape[:2]
        size = sensible_size(height, width)
        return rgb if size == (height, width) else block_means([rgb], (height, width), size)

    def normalised(self, images: torch.Tensor) -> torch.Tensor:
        """Centre and scale the values of resized images.

        Parameters
        ----------
        images : torch.Tensor
            (..., 3, S, S) uint8, or float in 0..255.

        Returns
        -------
        torch.Tensor
            The same shape, float32, on the same device.
        """
        import torch

        values = images.to(torch.float32)
        if self.normalisation == "samplewise_center":
            return values - values.mean(dim=(-3, -2, -1), keepdim=True)
        if self.normalisation == "unit":
            return values / 255
        if self.normalisation == "signed":
            return (values - 127) / 128
        mean = torch.tensor(IMAGENET_MEAN, device=values.device).view(3, 1, 1)
        std = torch.tensor(IMAGENET_STD, device=values.device).view(3, 1, 1)
        return (values / 255 - mean) / std

    def input_shape(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width in pixels of the input that an image becomes.

        Parameters
        ----------
        height, width : int
            Of the image in pixels.
        """
        return self._inner_shape(height, width) if self.resize == "native" else (self.size, self.size)

    def unit_to_pixels(self, box: npt.ArrayLike, height: int, width: int) -> Box:
        """Undo the resize for a box.

        Parameters
        ----------
        box : array_like
            (4,) y0, x0, y1, x1 in the unit square of the network's input.
        height, width : int
            Size of the original image in pixels.

        Returns
        -------
        tuple of float
            y0, x0, y1, x1 in the pixel-edge frame of the original image: y from 0 to `height`.
            With "pad", what lies on the padding lies outside that range.
        """
        origin, zoom, extent = self._frame(height, width)
        return _four((np.array(_four(box)) * extent - origin) / zoom)

    def pixels_to_unit(self, box: npt.ArrayLike, height: int, width: int) -> Box:
        """Follow the resize for a box; the inverse of `unit_to_pixels`.

        Parameters
        ----------
        box : array_like
            (4,) y0, x0, y1, x1 in the pixel-edge frame of the original image.
        height, width : int
            Size of the original image in pixels.

        Returns
        -------
        tuple of float
            y0, x0, y1, x1 in the unit square of the network's input.
        """
        origin, zoom, extent = self._frame(height, width)
        return _four((np.array(_four(box)) * zoom + origin) / extent)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain values, for a model file or a configuration file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Preprocessing:
        """Read what `to_dict` wrote; a missing key takes its default.

        Raises
        ------
        ValueError
            For a key or a value that is not known.
        """
        names = {field.name for field in fields(cls)}
        unknown = sorted(str(key) for key in settings if key not in names)
        if unknown:
            choices = ", ".join(sorted(names))
            raise ValueError(f"Unknown preprocessing setting {unknown[0]!r}: known are {choices}.")
        return cls(**settings)

    def _frame(self, height: int, width: int) -> tuple[npt.NDArray[np.float64], ...]:
        """Return where the image begins in the input, its scale there, and the input's extent: y, x, y, x."""
        top, left, inner_height, inner_width = self._placement(height, width)
        zoom = inner_height / height, inner_width / width
        extent = self.input_shape(height, width)
        return np.array([top, left, top, left], float), np.array(zoom * 2), np.array(extent * 2, float)

    def _placement(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Return top, left, height and width of the image within the input."""
        if height < 1 or width < 1:
            raise ImageError(f"The image is {height} x {width} pixels: it needs at least one pixel a side.")
        inner_height, inner_width = self._inner_shape(height, width)
        input_height, input_width = self.input_shape(height, width)
        return (input_height - inner_height) // 2, (input_width - inner_width) // 2, inner_height, inner_width

    def _inner_shape(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width of the resized image itself."""
        if self.resize == "stretch":
            return self.size, self.size
        longest = max(height, width)
        return fitting_size(height, width, min(self.size, longest) if self.resize == "native" else self.size)


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {value!r}: choose one of {', '.join(choices)}.")


def _check_rgb(rgb: npt.NDArray[np.uint8]) -> None:
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ImageError(f"The image is {rgb.shape} {rgb.dtype}: pass (Y, X, 3) uint8, as `as_rgb` makes it.")


def _four(box: npt.ArrayLike) -> Box:
    values = np.asarray(box, dtype=float).ravel()
    if values.size != 4:
        raise ValueError(f"A box has 4 numbers (y0, x0, y1, x1), not {values.size}.")
    y0, x0, y1, x1 = values.tolist()
    return y0, x0, y1, x1
