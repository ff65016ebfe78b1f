"""Errors of reports."""

from __future__ import annotations


class ReportError(ValueError):
    """Nothing can be reported, or not there; the message says why and what to do."""
