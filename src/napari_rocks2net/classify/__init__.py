"""Classification of images with loaded models."""

from typing import Any

import lazy_loader

from napari_rocks2net.torch_beside_opengl import prepare_torch_import

# The names of __init__.pyi are loaded when they are first used.
_loaded, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    # Most of what is here imports torch.
    prepare_torch_import()
    return _loaded(name)
