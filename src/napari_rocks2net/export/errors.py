"""Errors of exports."""

from __future__ import annotations


class ExportError(ValueError):
    """A model cannot be exported; the message says why and what to do."""
