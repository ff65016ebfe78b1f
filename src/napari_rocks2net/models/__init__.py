"""The networks and their registry: torch only, no files, no images on disk."""

from napari_rocks2net.models.backbone import PretrainedWeightsError
from napari_rocks2net.models.critical_area import (
    boxes_from_translation,
    crop_critical_area,
    translation_from_boxes,
)
from napari_rocks2net.models.output import ModelOutput
from napari_rocks2net.models.registry import create_model, list_models, register_model
from napari_rocks2net.models.rocks2net import EvidenceNetwork, GlobalNetwork, RockNetwork, SiameseNetwork

__all__ = [
    "EvidenceNetwork",
    "GlobalNetwork",
    "ModelOutput",
    "PretrainedWeightsError",
    "RockNetwork",
    "SiameseNetwork",
    "boxes_from_translation",
    "create_model",
    "crop_critical_area",
    "list_models",
    "register_model",
    "translation_from_boxes",
]
