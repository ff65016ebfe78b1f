"""Errors of images."""

from __future__ import annotations


class ImageError(ValueError):
    """Error of an image: the message says which, what is wrong, and what to do."""


CHANGED_NUMBERS = "it is compressed as JPEG, which changes numbers: save it as PNG, or as TIFF without loss."
"""What is wrong with a label image that was saved as a photo."""
