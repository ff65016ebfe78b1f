"""Command line: the same verbs as the library."""

from napari_rocks2net.cli.app import app, main

__all__ = ["app", "main"]
