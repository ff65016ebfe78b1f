from .annotate.scripting import annotate_layers, label_layers
from .classify.classification import classify_layers
from .classify.explaining import show_evidence
from .crystals.classifying import classify_crystals_layer
from .crystals.measuring import measure_crystals_layer
from .crystals.segmenting import segment_crystals_layer
from .crystals.training import train_on_crystals
from .slides.layer_map import map_layer
from .train.layer_samples import samples_from_layers
from .train.scripting import continue_training, train_layers, train_on_collection

__all__ = [
    "annotate_layers",
    "classify_crystals_layer",
    "classify_layers",
    "continue_training",
    "label_layers",
    "map_layer",
    "measure_crystals_layer",
    "samples_from_layers",
    "segment_crystals_layer",
    "show_evidence",
    "train_layers",
    "train_on_collection",
    "train_on_crystals",
]
