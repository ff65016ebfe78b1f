from .catalog import ModelSpec, list_models, model_spec, register_model
from .critical_area import (
    boxes_from_translation,
    crop_critical_area,
    translation_from_boxes,
)
from .dsan import DsanNetwork, adaptation_weight, local_maximum_mean_discrepancy
from .imagenet import PretrainedWeightsError
from .network import GlobalNetwork, RockNetwork
from .output import ModelOutput
from .registry import create_model
from .rocks2net import EvidenceNetwork, SiameseNetwork

__all__ = [
    "DsanNetwork",
    "EvidenceNetwork",
    "GlobalNetwork",
    "ModelOutput",
    "ModelSpec",
    "PretrainedWeightsError",
    "RockNetwork",
    "SiameseNetwork",
    "adaptation_weight",
    "boxes_from_translation",
    "create_model",
    "crop_critical_area",
    "list_models",
    "local_maximum_mean_discrepancy",
    "model_spec",
    "register_model",
    "translation_from_boxes",
]
