"""What every network returns."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class ModelOutput:
    """The answer of a network to a batch of B images.

    Parameters
    ----------
    log_probabilities : Tensor, shape (B, C)
        Natural logarithm of the fused class probabilities; each row's ``exp`` sums to 1.
    global_log_probabilities, local_log_probabilities : Tensor, shape (B, C), or None
        The same of the whole image and of the critical area alone; None for one-stream networks.
    translation : Tensor, shape (B, 2), or None
        (tx, ty), the centre of the critical area, in -1..1 from left to right and top to bottom.
    critical_area : Tensor, shape (B, 4), or None
        (y0, x0, y1, x1) in the unit square.
    evidence : Tensor, shape (B, h, w), or None
        Where the evidence for the predicted class lies: standardised, only with
        ``localization="evidence"``.
    """

    log_probabilities: Tensor
    global_log_probabilities: Tensor | None = None
    local_log_probabilities: Tensor | None = None
    translation: Tensor | None = None
    critical_area: Tensor | None = None
    evidence: Tensor | None = None


def fuse(global_logits: Tensor, local_logits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return (fused, global, local) log-probabilities of two streams' logits, each (B, C).

    The fused probability is the mean of the two softmax vectors (equation 9 of Zhu et al. 2024),
    computed in log space so that it stays exact for vanishing probabilities.
    """
    global_log = global_logits.float().log_softmax(dim=1)
    local_log = local_logits.float().log_softmax(dim=1)
    fused = torch.logaddexp(global_log, local_log) - torch.log(torch.tensor(2.0))
    return fused, global_log, local_log
