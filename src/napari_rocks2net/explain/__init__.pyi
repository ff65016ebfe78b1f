from .errors import ExplanationError
from .evidence_map import EvidenceMap, EvidenceMaps
from .explaining import evidence_maps
from .photos import DescribedPhoto, Photo, PhotoShelf, photos_of_class, whole_photos
from .resemblance import Neighbour, distances_from_centre, nearest, projected, projections
from .streams import streams_sentence

__all__ = [
    "DescribedPhoto",
    "EvidenceMap",
    "EvidenceMaps",
    "ExplanationError",
    "Neighbour",
    "Photo",
    "PhotoShelf",
    "distances_from_centre",
    "evidence_maps",
    "nearest",
    "photos_of_class",
    "projected",
    "projections",
    "streams_sentence",
    "whole_photos",
]
