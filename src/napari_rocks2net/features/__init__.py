"""Descriptors of photos: texture and colour, activations of a backbone, and their cache."""

from napari_rocks2net.features.activations import Stages
from napari_rocks2net.features.cache import DescriptorCache
from napari_rocks2net.features.describing import (
    DESCRIPTOR_VERSION,
    KINDS,
    Descriptors,
    check_kinds,
    describe,
    describe_box,
    joined,
)
from napari_rocks2net.features.standardising import MOST_DEVIATIONS, SMALLEST_SCALE, Standardisation
from napari_rocks2net.features.windows import WINDOW_GRID, WINDOW_SIDES, window_boxes
from napari_rocks2net.features.working_image import WORKING_SCALE, working_image

__all__ = [
    "DESCRIPTOR_VERSION",
    "KINDS",
    "MOST_DEVIATIONS",
    "SMALLEST_SCALE",
    "WINDOW_GRID",
    "WINDOW_SIDES",
    "WORKING_SCALE",
    "DescriptorCache",
    "Descriptors",
    "Stages",
    "Standardisation",
    "check_kinds",
    "describe",
    "describe_box",
    "joined",
    "window_boxes",
    "working_image",
]
