"""Start of a training: which weights "auto" stands for, and how they are called."""

from __future__ import annotations

from pathlib import Path

from napari_rocks2net.model_file import built_in_models
from napari_rocks2net.models.backbone_catalog import LIGHT_BACKBONE
from napari_rocks2net.models.catalog import backbone_spec, model_spec
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.presets import AUTO, IMAGENET, RANDOM, model_backbone


def resolved_start(config: TrainingConfig) -> str | Path:
    """Return what a training starts from: what the configuration says, or the best start at hand for "auto".

    That is ImageNet weights that are installed, cached or can be downloaded, else a built-in model on the
    same backbone, else random weights; a network that was registered has layers of its own, which no built-in
    model knows. Offline it takes seconds at most. A model that is fitted in one go
    describes photos by ImageNet weights that are installed, and has no other start.
    """
    spec = model_spec(config.model)
    if spec.fitted:
        return IMAGENET
    if config.start_from != AUTO:
        return config.start_from
    if config.backbone is None or not spec.imagenet:
        return RANDOM
    # Brings torchvision, which a configuration does without.
    from napari_rocks2net.models.imagenet import imagenet_at_hand

    if imagenet_at_hand(backbone_spec(config.backbone)):
        return IMAGENET
    if spec.builder is not None:
        return RANDOM
    return next((name for name in built_in_models() if model_backbone(name) == config.backbone), RANDOM)


def start_sentence(start: str | Path, config: TrainingConfig) -> str:
    """Return what a start is called: "ImageNet weights of EfficientNet-Lite0", "random weights".

    Parameters
    ----------
    start : str or Path
        See `resolved_start`.
    config : TrainingConfig
        Says the backbone.
    """
    if model_spec(config.model).fitted:
        return f"texture and ImageNet activations of {backbone_spec(LIGHT_BACKBONE).title}"
    if start == IMAGENET:
        backbone = backbone_spec(config.backbone).title if config.backbone else config.model
        return f"ImageNet weights of {backbone}"
    if start == RANDOM:
        return "random weights"
    for name, file in built_in_models().items():
        if str(start) in (name, str(file)):
            return f"the built-in model {name}"
    return f"the model {start}"
