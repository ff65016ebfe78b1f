"""Errors of pixel sizes."""

from __future__ import annotations


class PixelSizeError(ValueError):
    """A pixel size, or what it is worked out from, is wrong: the message says which and what to do."""
