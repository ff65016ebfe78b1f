"""Errors of synthesis."""

from __future__ import annotations


class SynthesisError(ValueError):
    """A section that cannot be drawn as asked: one sentence for the person who asked."""
