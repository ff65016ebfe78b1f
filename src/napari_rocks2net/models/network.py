"""Base class of all networks, and the one-stream network."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from napari_rocks2net.features import PHOTOS, FieldLayout
from napari_rocks2net.models.backbone import Head, feature_norm
from napari_rocks2net.models.familiarity import Familiarity
from napari_rocks2net.models.fields import Images, ViewBatch, pixels_of, pool_views
from napari_rocks2net.models.output import ModelOutput, class_counts


class RockNetwork(nn.Module):
    """Base of all networks.

    Parameters
    ----------
    num_classes : int or sequence of int
        Of the one property that it names, or of each.
    backbone : torch.nn.Module
        (B, 3, S, S) -> (B, F, S/32, S/32).
    layout : FieldLayout
        Of a network of fields: which lights it wants, and of which their spread over the stage angles too.

    Attributes
    ----------
    classes_per_property : tuple of int
        Number of classes of each property, in the order of the outputs.
    num_classes : int
        C, their sum.
    familiarity : Familiarity or None
        Tells by `ModelOutput.features` what is unlike the photos that it learned from.
    """

    name: str

    def __init__(
        self, num_classes: int | Sequence[int], backbone: nn.Module, layout: FieldLayout = PHOTOS
    ) -> None:
        super().__init__()
        self.layout = layout
        self.classes_per_property = class_counts(num_classes)
        self.num_classes = sum(self.classes_per_property)
        self.backbone = backbone
        self.familiarity: Familiarity | None = None

    def forward(self, images: Tensor, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images; a network of fields takes a `ViewBatch` in their place, one answer a field.

        Parameters
        ----------
        images : Tensor, shape (B, 3, S, S), float32
            Normalised as the model's preprocessing says.
        critical_area : Tensor, shape (B, 4), optional
            Boxes (y0, x0, y1, x1) in the unit square to look at instead of the network's own; networks of two
            streams on one backbone take NaN for their own.
        """
        raise NotImplementedError

    def pixels(self, images: Images) -> Tensor:
        """Return all images (N, 3, S, S) that go through the backbone.

        Raises
        ------
        ValueError
            When photos are given to a network of fields, or fields to one of photos.
        """
        if isinstance(images, ViewBatch) != bool(self.layout.lights):
            wanted = f"fields in {', '.join(self.layout.lights)}" if self.layout.lights else "photos"
            raise ValueError(f"This network looks at {wanted}: see ViewBatch.")
        return pixels_of(images)


def refuse_critical_area(critical_area: Tensor | None) -> None:
    """Refuse critical areas with a ValueError: a network of one stream has no use for them."""
    if critical_area is not None:
        raise ValueError("A one-stream model looks at the whole image; it takes no critical area.")


class GlobalNetwork(RockNetwork):
    """One stream over the whole image: average pool, normalisation, head.

    Parameters
    ----------
    num_classes : int
    backbone : torch.nn.Module
        See `RockNetwork`.
    features : int
        F, the channels that come out of the backbone.
    layout : FieldLayout
        See `RockNetwork`.
    """

    def __init__(
        self, num_classes: int, backbone: nn.Module, features: int, layout: FieldLayout = PHOTOS
    ) -> None:
        super().__init__(num_classes, backbone, layout)
        self.global_norm = feature_norm(features, layout)
        self.head = Head(num_classes, features * layout.blocks)

    def forward(self, images: Images, critical_area: Tensor | None = None) -> ModelOutput:
        """Classify images; a one-stream network has no critical area, so none can be given."""
        refuse_critical_area(critical_area)
        pooled = self.backbone(self.pixels(images)).mean(dim=(2, 3))
        return self.output(pool_views(pooled, images, self.layout))

    def output(self, pooled: Tensor) -> ModelOutput:
        """Return the answer to pooled features (B, F)."""
        logits = self.head(self.global_norm(pooled))
        return ModelOutput(logits.float().log_softmax(dim=1), features=pooled)
