"""Errors of point counts."""

from __future__ import annotations


class PointCountError(ValueError):
    """Points cannot be laid, counted or saved as asked; the message says why and what to do."""
