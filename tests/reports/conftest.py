"""Runs to report."""

from __future__ import annotations

from tests.run_folders import make_run, unfinished_run

__all__ = ["make_run", "unfinished_run"]
