"""Errors of slide maps."""

from __future__ import annotations


class SlideError(ValueError):
    """A slide cannot be mapped as asked; the message says why and what to do."""
