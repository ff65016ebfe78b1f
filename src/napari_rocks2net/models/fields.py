"""Fields as networks take them: the images of all views in one batch, features pooled to those of fields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from napari_rocks2net.features import FieldLayout
from napari_rocks2net.views import LIGHTS

# How often a light is left out of a field in training, so that a missing one costs little afterwards.
DROPPED_SHARE = 1 / 3
SMALLEST_VARIANCE = 1e-6


def field_layout(lights: str, turned: str) -> FieldLayout:
    """Return the layout that a model card names.

    Parameters
    ----------
    lights, turned : str
        Lights joined by "+", see `FieldLayout`; empty for photos.

    Raises
    ------
    ValueError
        For an unknown light, and one that comes twice.
    """
    return FieldLayout(_checked_lights(lights), _checked_lights(turned))


def _checked_lights(lights: str) -> tuple[str, ...]:
    names = tuple(lights.split("+")) if isinstance(lights, str) and lights else ()
    if not isinstance(lights, str) or set(names) - set(LIGHTS) or len(set(names)) < len(names):
        raise ValueError(f"lights are {lights!r:.60}: pass some of {', '.join(LIGHTS)}, joined by '+'")
    return names


@dataclass(frozen=True, eq=False)
class ViewBatch:
    """The views of B fields, as many of each as it has."""

    images: Tensor
    """(N, 3, S, S). Of all views, field by field."""
    field: Tensor
    """(N,) int64. The number of the field that each is a view of, ascending from 0 to B - 1."""
    light: Tensor
    """(N,) int64. In which light it was taken, as its place in `FieldLayout.lights`."""

    def __len__(self) -> int:
        return int(self.field[-1]) + 1

    def to(self, device: Any, **options: Any) -> ViewBatch:
        """Return the batch on another device.

        Parameters
        ----------
        device : torch.device or str
            Where to.
        **options
            Those of `torch.Tensor.to`, for the images.
        """
        return ViewBatch(self.images.to(device, **options), self.field.to(device), self.light.to(device))

    def with_images(self, images: Tensor) -> ViewBatch:
        """Return the batch with other images (N, 3, S, S) of the same views."""
        return replace(self, images=images)

    def without_some_lights(self) -> ViewBatch:
        """Return the batch with lights left out of each field by chance, never all that it has."""
        shape = len(self), int(self.light.max()) + 1
        seen = torch.zeros(shape, dtype=torch.bool, device=self.field.device)
        seen[self.field, self.light] = True
        kept = seen & (torch.rand(shape).to(seen.device) >= DROPPED_SHARE)
        kept |= seen & ~kept.any(dim=1, keepdim=True)
        rows = kept[self.field, self.light]
        return ViewBatch(self.images[rows], self.field[rows], self.light[rows])


Images = Tensor | ViewBatch


def join_fields(fields: list[ViewBatch]) -> ViewBatch:
    """Return one batch of several."""
    offsets = torch.tensor([0, *(len(each) for each in fields)]).cumsum(0).tolist()
    numbers = [each.field + first for each, first in zip(fields, offsets, strict=False)]
    return ViewBatch(
        torch.cat([each.images for each in fields]),
        torch.cat(numbers),
        torch.cat([each.light for each in fields]),
    )


def pixels_of(images: Images) -> Tensor:
    """Return the images (N, 3, S, S) themselves: photos, or all views."""
    return images.images if isinstance(images, ViewBatch) else images


def of_each_view(values: Tensor, images: Images) -> Tensor:
    """Return values of fields (B, ...) for each of their views (N, ...); those of photos as they are.

    Parameters
    ----------
    values : Tensor, shape (B, ...)
        Such as critical areas.
    images : Tensor or ViewBatch
        What they are of.
    """
    return values[images.field] if isinstance(images, ViewBatch) else values


def mean_over_views(features: Tensor, images: Images) -> Tensor:
    """Return the mean (B, ...) over the views of each field, whatever their light; of photos as they are.

    Parameters
    ----------
    features : Tensor, shape (N, ...)
        Of the views.
    images : Tensor or ViewBatch
        What they are of.
    """
    if not isinstance(images, ViewBatch):
        return features
    total, count = _sums(features, images.field, len(images))
    return total / _beside(count, total)


def pool_views(features: Tensor, images: Images, layout: FieldLayout) -> Tensor:
    """Return the features of fields: of each light the mean over its views, and their spread where asked.

    (B, blocks F, ...) float32. Not a number for a light that a field lacks, and for the spread of one that
    was photographed once.

    Parameters
    ----------
    features : Tensor, shape (N, F, ...)
        Of the views, or of photos, which stay as they are.
    images : Tensor or ViewBatch
        What they are of.
    layout : FieldLayout
        Which blocks stand side by side.
    """
    if not isinstance(images, ViewBatch):
        return features
    features, means, spreads = features.float(), [], []
    for place, light in enumerate(layout.lights):
        rows = images.light == place
        own, field = features[rows], images.field[rows]
        total, count = _sums(own, field, len(images))
        seen = _beside(count, total)
        mean = total / seen.clamp(min=1)
        means.append(mean.masked_fill(seen < 1, torch.nan))
        if light in layout.turned:
            squares, _ = _sums((own - mean[field]).square(), field, len(images))
            spread = (squares / seen.clamp(min=1) + SMALLEST_VARIANCE).sqrt()
            spreads.append(spread.masked_fill(seen < 2, torch.nan))
    return torch.cat([*means, *spreads], dim=1)


def _sums(values: Tensor, field: Tensor, fields: int) -> tuple[Tensor, Tensor]:
    """Return the sums (B, ...) of values (N, ...) over fields (N,), and of how many (B,)."""
    sums = values.new_zeros(fields, *values.shape[1:]).index_add(0, field, values)
    return sums, torch.bincount(field, minlength=fields)


def _beside(count: Tensor, values: Tensor) -> Tensor:
    """Return counts (B,) so that they go with values (B, ...)."""
    return count.reshape(-1, *(1,) * (values.ndim - 1))


def in_one_light(pooled: Tensor, layout: FieldLayout, light: str) -> tuple[Tensor, Tensor]:
    """Return the features of fields as if one light alone had been photographed.

    Parameters
    ----------
    pooled : Tensor, shape (B, blocks F)
        See `pool_views`.
    layout : FieldLayout
        Which blocks stand side by side.
    light : str
        One of its lights.

    Returns
    -------
    pooled : Tensor, shape (M, blocks F)
        Of the fields that have it and another one.
    fields : Tensor, shape (M,), int64
        Which these are.
    """
    own = torch.tensor([name == light for name in layout.of_block], device=pooled.device)
    own = own.repeat_interleave(pooled.shape[1] // layout.blocks)
    known = ~pooled.isnan()
    fields = ((known & own).any(dim=1) & (known & ~own).any(dim=1)).nonzero()[:, 0]
    return pooled.masked_fill(~own, torch.nan)[fields], fields


class FieldNorm(nn.BatchNorm1d):
    """Batch normalisation of the features of fields; what a field lacks is 0 behind it.

    So a missing light counts as that of the average field does, and says nothing for any class.
    """

    def forward(self, pooled: Tensor) -> Tensor:
        """Normalise features (B, F), not a number where they are missing."""
        return super().forward(self.completed(pooled)).masked_fill(pooled.isnan(), 0.0)

    def completed(self, pooled: Tensor) -> Tensor:
        """Return features (B, F) with the average of the fields learned from in the place of missing ones."""
        assert self.running_mean is not None
        return torch.where(pooled.isnan(), self.running_mean, pooled)
