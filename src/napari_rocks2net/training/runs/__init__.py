"""Runs on disk: the run folder, its results and its origin."""
