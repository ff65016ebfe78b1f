"""Errors of explanations."""

from __future__ import annotations


class ExplanationError(ValueError):
    """An answer that cannot be explained; the message says why and what to do."""
