"""Errors of images."""

from __future__ import annotations


class ImageError(ValueError):
    """Error of an image: the message says which, what is wrong, and what to do."""
