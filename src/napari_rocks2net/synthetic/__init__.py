"""Synthetic thin sections by optical mineralogy, with their truth."""

import lazy_loader

# The names of __init__.pyi are loaded when they are first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
