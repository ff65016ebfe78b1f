from .compared_photos import LabelledPhotos, labelled_photos, training_photos
from .errors import ExplanationError
from .evidence_map import EvidenceMap, EvidenceMaps
from .explaining import evidence_maps
from .feature_space import Neighbour, distances_from_centre, nearest, projected, projections
from .nearest_photos import Resembling, resembling
from .photos import DescribedPhoto, DescribedPhotos, Photo, PhotoCache, photos_of_class, whole_photos
from .streams import streams_sentence

__all__ = [
    "DescribedPhoto",
    "DescribedPhotos",
    "EvidenceMap",
    "EvidenceMaps",
    "ExplanationError",
    "LabelledPhotos",
    "Neighbour",
    "Photo",
    "PhotoCache",
    "Resembling",
    "distances_from_centre",
    "evidence_maps",
    "labelled_photos",
    "nearest",
    "photos_of_class",
    "projected",
    "projections",
    "resembling",
    "streams_sentence",
    "training_photos",
    "whole_photos",
]
