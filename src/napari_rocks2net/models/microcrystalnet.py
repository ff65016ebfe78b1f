"""MicroCrystalNet: small networks that classify single crystals of SEM images, cut out at 64 px.

Source: Yaqoob et al., "MicroCrystalNet: an efficient (and explainable) convolutional neural network for
microcrystal classification using SEM petrography", doi 10.1109/ACCESS.2025.3552626.
"""

from __future__ import annotations

from torch import Tensor, nn

from napari_rocks2net.models.network import RockNetwork
from napari_rocks2net.models.output import ModelOutput

# Pixels a side after three halvings of the 64 px crops.
GRID = 8
NSR_CHANNELS = (32, 64, 128)
NSR_HIDDEN = 512
DEPOSITED_CHANNELS = (64, 32, 16)
DEPOSITED_HIDDEN = 256


class MicroCrystalNetwork(RockNetwork):
    """Blocks that halve the image three times, then dense layers over all that is left, place by place.

    Parameters
    ----------
    num_classes : int
    backbone : torch.nn.Module
        (B, 1, S, S) -> (B, F, S/8, S/8).
    classifier : torch.nn.Module
        (B, F * 8 * 8) -> logits (B, C).
    """

    def __init__(self, num_classes: int, backbone: nn.Module, classifier: nn.Module) -> None:
        super().__init__(num_classes, backbone)
        # Nothing is averaged at 64 px, the size of the paper; larger images are brought to its grid.
        self.to_grid = nn.AdaptiveAvgPool2d(GRID)
        self.classifier = classifier

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify crystals.

        Parameters
        ----------
        images : Tensor, shape (B, 3, S, S) or (B, 1, S, S), float32
            S is 64 in the paper. The channels are averaged, so grey images may have one or three.
        critical_area : None
            The whole crystal is looked at.

        Raises
        ------
        ValueError
            When a critical area is given.
        """
        if critical_area is not None:
            raise ValueError("A crystal is looked at as a whole; the model takes no critical area.")
        grey = images.mean(dim=1, keepdim=True)
        features = self.to_grid(self.backbone(grey))
        logits = self.classifier(features.flatten(1))
        return ModelOutput(logits.float().log_softmax(dim=1), features=features.mean(dim=(2, 3)))


class NSRBlock(nn.Sequential):
    """Normalised sparse reduction: (B, I, S, S) -> (B, O, S/2, S/2).

    The paper's abstract names the parts and defines none; this is our interpretation: batch normalisation
    is the normalisation, max pooling the reduction, ReLU and dropout the sparse selection.

    Parameters
    ----------
    inputs, outputs : int
        I and O, channels.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Dropout(0.25),
        )


def build_microcrystalnet(num_classes: int) -> MicroCrystalNetwork:
    """Return the network of three NSR blocks, for 2 classes or more."""
    inputs = (1, *NSR_CHANNELS)
    classifier = nn.Sequential(
        nn.Linear(GRID * GRID * NSR_CHANNELS[-1], NSR_HIDDEN, bias=False),
        nn.BatchNorm1d(NSR_HIDDEN),
        nn.ReLU(inplace=True),
        nn.Dropout(0.5),
        nn.Linear(NSR_HIDDEN, num_classes),
    )
    backbone = nn.Sequential(*map(NSRBlock, inputs, NSR_CHANNELS))
    return MicroCrystalNetwork(num_classes, backbone, classifier)


def build_deposited(num_classes: int) -> MicroCrystalNetwork:
    """Return the network of the authors' deposited code: 287,156 parameters with four classes.

    It has no normalisation layer and eats grey values divided by 255. The authors' own weights come from
    their file.
    """
    layers: list[nn.Module] = []
    for inputs, outputs in zip((1, *DEPOSITED_CHANNELS), DEPOSITED_CHANNELS, strict=False):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
    classifier = nn.Sequential(
        nn.Linear(GRID * GRID * DEPOSITED_CHANNELS[-1], DEPOSITED_HIDDEN),
        nn.ReLU(inplace=True),
        nn.Linear(DEPOSITED_HIDDEN, num_classes),
    )
    return MicroCrystalNetwork(num_classes, nn.Sequential(*layers), classifier)
