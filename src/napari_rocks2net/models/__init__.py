"""The networks and their registry: torch only, no files, no images on disk."""

from napari_rocks2net.models.critical_area import (
    boxes_from_translation,
    crop_critical_area,
    translation_from_boxes,
)
from napari_rocks2net.models.dsan import DsanNetwork, adaptation_weight, local_maximum_mean_discrepancy
from napari_rocks2net.models.imagenet import PretrainedWeightsError
from napari_rocks2net.models.network import GlobalNetwork, RockNetwork
from napari_rocks2net.models.output import ModelOutput
from napari_rocks2net.models.registry import create_model, list_models, register_model
from napari_rocks2net.models.rocks2net import EvidenceNetwork, SiameseNetwork

__all__ = [
    "DsanNetwork",
    "EvidenceNetwork",
    "GlobalNetwork",
    "ModelOutput",
    "PretrainedWeightsError",
    "RockNetwork",
    "SiameseNetwork",
    "adaptation_weight",
    "boxes_from_translation",
    "create_model",
    "crop_critical_area",
    "list_models",
    "local_maximum_mean_discrepancy",
    "register_model",
    "translation_from_boxes",
]
