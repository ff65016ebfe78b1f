"""Command line: the same verbs as the library."""

from napari_rocks2net.cli.application import app, main

__all__ = ["app", "main"]
