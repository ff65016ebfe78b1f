from .activations import activation_moments
from .cache import DescriptorCache
from .describing import (
    DESCRIPTOR_VERSION,
    KINDS,
    Descriptors,
    describe,
    describe_box,
    describe_boxes,
    joined,
)
from .fields import PHOTOS, FieldLayout, alone_in_light
from .places import shares_of_places
from .standardising import MOST_DEVIATIONS, SMALLEST_SCALE, Standardisation
from .texture import TEXTURE_MOMENTS
from .windows import WINDOW_GRID, WINDOW_SIDES, window_boxes
from .working_scale import WORKING_SCALE, working_image

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
    "Standardisation",
    "activation_moments",
    "alone_in_light",
    "describe",
    "describe_box",
    "describe_boxes",
    "joined",
    "shares_of_places",
    "window_boxes",
    "working_image",
]
