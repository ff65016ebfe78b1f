"""Descriptors of photos: texture and colour, activations of a backbone, and their cache."""

from napari_rocks2net.features.activations import Stages, activation_moments
from napari_rocks2net.features.cache import DescriptorCache
from napari_rocks2net.features.describing import (
    DESCRIPTOR_VERSION,
    KINDS,
    Descriptors,
    check_kinds,
    describe,
    describe_box,
    describe_boxes,
    joined,
)
from napari_rocks2net.features.fields import PHOTOS, FieldLayout, alone_in_light
from napari_rocks2net.features.places import shares_of_places
from napari_rocks2net.features.standardising import MOST_DEVIATIONS, SMALLEST_SCALE, Standardisation
from napari_rocks2net.features.texture import TEXTURE_MOMENTS
from napari_rocks2net.features.windows import WINDOW_GRID, WINDOW_SIDES, window_boxes
from napari_rocks2net.features.working_image import WORKING_SCALE, working_image

__all__ = [
    "DESCRIPTOR_VERSION",
    "KINDS",
    "MOST_DEVIATIONS",
    "PHOTOS",
    "SMALLEST_SCALE",
    "TEXTURE_MOMENTS",
    "WINDOW_GRID",
    "WINDOW_SIDES",
    "WORKING_SCALE",
    "DescriptorCache",
    "Descriptors",
    "FieldLayout",
    "Stages",
    "Standardisation",
    "activation_moments",
    "alone_in_light",
    "check_kinds",
    "describe",
    "describe_box",
    "describe_boxes",
    "joined",
    "shares_of_places",
    "window_boxes",
    "working_image",
]
