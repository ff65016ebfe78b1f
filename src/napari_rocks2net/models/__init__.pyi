from .backbone_catalog import BackboneSpec
from .catalog import ModelSpec, backbone_spec, list_models, model_spec, register_model
from .critical_area import (
    boxes_from_translation,
    crop_critical_area,
    translation_from_boxes,
)
from .dsan import DsanNetwork, adaptation_weight, local_maximum_mean_discrepancy
from .efficientnet_lite import efficientnet_lite0_features
from .errors import PretrainedWeightsError
from .familiarity import Familiarity
from .fields import Images, ViewBatch, in_one_light, join_fields
from .network import GlobalNetwork, RockNetwork
from .output import ModelOutput, calibrated
from .probe import Probe
from .registry import create_model
from .rocks2net import EvidenceNetwork, SiameseNetwork
from .turning import mean_of_turns

__all__ = [
    "BackboneSpec",
    "DsanNetwork",
    "EvidenceNetwork",
    "Familiarity",
    "GlobalNetwork",
    "Images",
    "ModelOutput",
    "ModelSpec",
    "PretrainedWeightsError",
    "Probe",
    "RockNetwork",
    "SiameseNetwork",
    "ViewBatch",
    "adaptation_weight",
    "backbone_spec",
    "boxes_from_translation",
    "calibrated",
    "create_model",
    "crop_critical_area",
    "efficientnet_lite0_features",
    "in_one_light",
    "join_fields",
    "list_models",
    "local_maximum_mean_discrepancy",
    "mean_of_turns",
    "model_spec",
    "register_model",
    "translation_from_boxes",
]
