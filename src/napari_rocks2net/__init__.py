"""Classify photos of rock thin sections, in napari and from scripts.

The public names are loaded when they are first used, so importing the package imports neither torch
nor napari.
"""

from importlib.metadata import version

import lazy_loader

__version__ = version("napari-rocks2net")

# The names of __init__.pyi are loaded when they are first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
