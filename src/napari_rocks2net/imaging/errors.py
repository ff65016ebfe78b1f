"""Errors of images."""

from __future__ import annotations


class ImageError(ValueError):
    """Something is wrong with a picture: the message says which, what, and what to do."""
