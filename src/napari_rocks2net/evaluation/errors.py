"""Errors of evaluations."""

from __future__ import annotations


class EvaluationError(ValueError):
    """A model cannot be evaluated on these samples: the message says why, and what to do."""
