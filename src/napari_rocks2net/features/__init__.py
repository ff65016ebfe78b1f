"""Descriptors of photos: texture and colour, activations of a backbone, and their cache."""

import lazy_loader

# The names of __init__.pyi are loaded when they are first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
