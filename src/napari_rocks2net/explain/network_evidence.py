"""Evidence map of a network: the gradient of the logit times the features, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from napari_rocks2net.explain.question import WHOLE, Box, Question, StreamEvidence
from napari_rocks2net.models import Images, ModelOutput

METHOD_OF_VIEWS = (
    "Of one view: the mean of the places of all views is the logit; of the spread over stage angles each "
    "view has its part to first order."
)
METHOD = (
    "Bright speaks for the class, dark against it. The mean of all places is exactly the logit, from which "
    "the probability comes."
)


def network_evidence(question: Question) -> list[StreamEvidence]:
    """Return the evidence of the whole photo and, of a network with two streams, of its critical area.

    Behind the backbone all networks here are linear but for rectifications, which a photo opens or closes:
    the logit is then the sum over the places of gradient times features, and a constant. Where the features
    are averaged, this is Grad-CAM (Selvaraju et al. 2017) before its rectification, and class activation
    mapping (Zhou et al. 2016) of the head's open units; elsewhere it is HiResCAM (Draelos & Carin 2020,
    arXiv 2011.08891), which unlike Grad-CAM stays exact.
    """
    model, views = question.model, max(1, len(question.views))
    if question.views:
        images: Images = model.view_batch(question.views).to(model.device.device)
    else:
        images = model.card.preprocessing(question.rgb)[None].to(model.device.device)
    with _feature_maps(model.network.backbone) as maps, torch.enable_grad():
        output = model.network(images, question.boxes)
        scores = [question.score(each)[0] for each in _log_probabilities(output)]
        gradients = [_gradient(each, maps) for each in scores]
    # The views of one stream lie behind one another, those of the whole photos first.
    features = torch.cat(maps).split(views)
    streams = zip(features, scores, gradients, (WHOLE, _box(output)), strict=False)
    return [
        StreamEvidence(
            _cells(own, gradient.split(views)[index], float(score.detach()), question.view),
            box,
            0.0,
            METHOD_OF_VIEWS if question.views else METHOD,
        )
        for index, (own, score, gradient, box) in enumerate(streams)
    ]


def _gradient(score: Tensor, maps: list[Tensor]) -> Tensor:
    """Return that of a score with respect to maps (B, F, h, w), zero for those of the other stream."""
    # The graph is kept for the other stream.
    parts = torch.autograd.grad(score, maps, retain_graph=True, materialize_grads=True)
    return torch.cat(parts)


def _cells(features: Tensor, gradient: Tensor, logit: float, view: int) -> Any:
    """Return the evidence (h, w) float32 of one of the views whose features (V, F, h, w) make a logit.

    The mean over all views is the logit.
    """
    shares = (features * gradient).detach().double().sum(dim=1)
    constant = logit - float(shares.sum())
    return (shares[view] * shares.numel() + constant).cpu().numpy().astype(np.float32)


def _log_probabilities(output: ModelOutput) -> list[Tensor]:
    whole, local = output.global_log_probabilities, output.local_log_probabilities
    return [output.log_probabilities] if whole is None or local is None else [whole, local]


def _box(output: ModelOutput) -> Box:
    if output.critical_area is None:
        return WHOLE
    y0, x0, y1, x1 = output.critical_area[0].tolist()
    return y0, x0, y1, x1


@contextmanager
def _feature_maps(backbone: nn.Module) -> Iterator[list[Tensor]]:
    """Collect what a backbone returns, as the leaves that gradients go back to and no farther."""
    maps: list[Tensor] = []
    # Meanwhile another job may classify by the same network.
    thread = get_ident()

    def begin(*_: object) -> None:
        """Let the backbone keep no gradients."""
        if get_ident() == thread:
            torch.set_grad_enabled(False)

    def keep(module: nn.Module, inputs: object, output: Tensor) -> Tensor:
        """Return the maps as leaves, from where gradients are kept again."""
        if get_ident() != thread:
            return output
        torch.set_grad_enabled(True)
        maps.append(output.detach().float().requires_grad_())
        return maps[-1]

    hooks = [backbone.register_forward_pre_hook(begin), backbone.register_forward_hook(keep)]
    try:
        yield maps
    finally:
        for hook in hooks:
            hook.remove()
