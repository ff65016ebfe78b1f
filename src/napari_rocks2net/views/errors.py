"""Errors of views of a field."""

from __future__ import annotations


class ViewError(ValueError):
    """Views that cannot be of one field, or a light or an angle that is none; one sentence says why."""
