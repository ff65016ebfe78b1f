"""Errors of synthesis."""

from __future__ import annotations


class SynthesisError(ValueError):
    """A section that cannot be rendered as asked: one sentence for the person who asked."""
