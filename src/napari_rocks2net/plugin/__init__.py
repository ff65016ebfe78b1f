"""The napari side: layers in, layers out, the widgets and the menus.

Importing this package imports neither napari nor torch; its names are loaded when first used.
"""

import lazy_loader

# The names of __init__.pyi are loaded when they are first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
