"""Errors of crystal analysis."""

from __future__ import annotations


class CrystalError(ValueError):
    """An image, labels, a setting or a file is wrong: the message says which, what, and what to do."""
