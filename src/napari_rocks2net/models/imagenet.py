"""ImageNet weights: torchvision's networks with them, and whether those of a backbone can be had."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import torch
from torch import nn
from torchvision.models import WeightsEnum, get_model_weights

from napari_rocks2net.models.backbone_catalog import BackboneSpec
from napari_rocks2net.models.errors import PretrainedWeightsError, not_downloaded
from napari_rocks2net.models.timm_backbones import timm_features

# Until a server must have answered, and until it must go on sending.
ANSWER_SECONDS = 4.0
STALLED_SECONDS = 15.0
TORCHVISION_NAMES = {"shufflenet_v2": "shufflenet_v2_x1_0"}


def imagenet_network(build: Callable[..., nn.Module], weights: WeightsEnum | None) -> Any:
    """Return one of torchvision's networks.

    Parameters
    ----------
    build : callable
        Such as `torchvision.models.densenet121`.
    weights : WeightsEnum or None
        Weights that torchvision downloads once, or None for random ones.

    Raises
    ------
    PretrainedWeightsError
        If the weights are neither cached nor downloadable.
    """
    try:
        with _no_stall():
            return build(weights=weights)
    except (OSError, RuntimeError) as error:
        raise not_downloaded(build.__name__, error) from error


def imagenet_at_hand(backbone: BackboneSpec) -> bool:
    """Return whether ImageNet weights of a backbone can be had here: installed, cached, or downloaded now.

    Offline it answers within seconds. Where HF_HUB_OFFLINE is set nothing is asked for.
    """
    if backbone.weights == "installed":
        return True
    if backbone.weights == "timm":
        return _timm_has(backbone.name)
    url: str = get_model_weights(TORCHVISION_NAMES.get(backbone.name, backbone.name)).DEFAULT.url
    if (Path(torch.hub.get_dir()) / "checkpoints" / Path(url).name).is_file():
        return True
    return _answers(url) and _downloaded(url)


def _timm_has(name: str) -> bool:
    try:
        timm_features(name, pretrained=True)
    except PretrainedWeightsError:
        return False
    return True


def _answers(url: str) -> bool:
    """Return whether a server answers soon; looking up its name has no time limit of its own."""
    if os.environ.get("HF_HUB_OFFLINE", "0") not in ("", "0"):
        return False
    answers: list[bool] = []

    def ask() -> None:
        """Ask for the head of the page, and note whether it came."""
        try:
            with urlopen(Request(url, method="HEAD"), timeout=ANSWER_SECONDS):
                answers.append(True)
        except (OSError, ValueError):
            answers.append(False)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    return answers == [True]


def _downloaded(url: str) -> bool:
    try:
        with _no_stall():
            torch.hub.load_state_dict_from_url(url, map_location="cpu", progress=False, check_hash=True)
    except (OSError, RuntimeError):
        return False
    return True


@contextmanager
def _no_stall() -> Iterator[None]:
    """Let downloads end that receive nothing: torch waits without limit."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALLED_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
