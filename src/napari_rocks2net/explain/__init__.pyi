from .errors import ExplanationError
from .evidence_map import EvidenceMap, EvidenceMaps
from .explaining import evidence_maps
from .streams import streams_sentence

__all__ = [
    "EvidenceMap",
    "EvidenceMaps",
    "ExplanationError",
    "evidence_maps",
    "streams_sentence",
]
