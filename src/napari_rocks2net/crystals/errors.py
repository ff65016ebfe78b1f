"""The one error of this room."""

from __future__ import annotations


class CrystalError(ValueError):
    """An image, labels, a setting or a file is wrong: the message says which, what, and what to do."""
