"""Errors of reports."""

from __future__ import annotations


class ReportError(ValueError):
    """Error of a report that cannot be made or written; the message says why and what to do."""
