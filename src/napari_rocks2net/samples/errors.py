"""Errors of samples."""

from __future__ import annotations


class SampleError(ValueError):
    """A collection of labelled images that cannot be read or trained on."""
