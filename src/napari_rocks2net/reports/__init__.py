"""Figures and reports: a classified photo to print, and a run, collection or map as a page and a workbook."""

import lazy_loader

# The names of __init__.pyi are loaded when they are first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
