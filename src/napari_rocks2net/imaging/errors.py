"""The one error of this room."""

from __future__ import annotations


class ImageError(ValueError):
    """Something is wrong with a picture: the message says which, what, and what to do."""
