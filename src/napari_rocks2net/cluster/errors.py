"""Errors of clusters."""

from __future__ import annotations


class ClusterError(ValueError):
    """A cluster cannot be used, or a task failed on it; the message says where, why, and what to do."""
