"""Critical area: from a translation to a box, and from a box to an enlarged image.

Equations 1, 2 and 4 of Zhu et al. 2024; boxes are (y0, x0, y1, x1) in the unit square.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

SCALE = 0.8


def boxes_from_translation(translation: Tensor, scale: float = SCALE) -> Tensor:
    """Return the boxes (B, 4) of side `scale` whose centres are at `translation`.

    Parameters
    ----------
    translation : Tensor, shape (B, 2)
        tx, ty in -1..1.
    scale : float
        Side of the critical area as a share of the image's, 0..1.
    """
    tx, ty = translation.unbind(dim=1)
    return torch.stack([1 + ty - scale, 1 + tx - scale, 1 + ty + scale, 1 + tx + scale], dim=1) / 2


def translation_from_boxes(boxes: Tensor) -> Tensor:
    """Return the centres (B, 2: tx, ty in -1..1) of boxes (B, 4)."""
    y0, x0, y1, x1 = boxes.unbind(dim=1)
    return torch.stack([x0 + x1 - 1, y0 + y1 - 1], dim=1)


def crop_critical_area(images: Tensor, boxes: Tensor) -> Tensor:
    """Return a box of each image enlarged to the image's own size, (B, C, H, W).

    Samples are bilinear; outside of the image the border is continued.

    Parameters
    ----------
    images : Tensor, shape (B, C, H, W)
        Of any floating type.
    boxes : Tensor, shape (B, 4)
        (y0, x0, y1, x1) in the unit square; differentiable.
    """
    y0, x0, y1, x1 = boxes.to(images.dtype).unbind(dim=1)
    zero = torch.zeros_like(x0)
    across = torch.stack([x1 - x0, zero, x0 + x1 - 1], dim=1)
    down = torch.stack([zero, y1 - y0, y0 + y1 - 1], dim=1)
    grid = F.affine_grid(torch.stack([across, down], dim=1), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
