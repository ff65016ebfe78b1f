"""Classify photos of rock thin sections, in napari and from scripts.

The public names are loaded when they are first used, so importing the package imports neither torch
nor napari.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.classify import CriticalArea, Prediction, Predictions, RockClassifier
    from napari_rocks2net.evaluation import evaluate
    from napari_rocks2net.imaging import read_image
    from napari_rocks2net.samples import load_samples
    from napari_rocks2net.training import TrainingConfig, train

__version__ = version("napari-rocks2net")

__all__ = [
    "CriticalArea",
    "Prediction",
    "Predictions",
    "RockClassifier",
    "TrainingConfig",
    "__version__",
    "evaluate",
    "load_samples",
    "read_image",
    "train",
]

_ROOMS = {
    "CriticalArea": "classify",
    "Prediction": "classify",
    "Predictions": "classify",
    "RockClassifier": "classify",
    "TrainingConfig": "training",
    "evaluate": "evaluation",
    "load_samples": "samples",
    "read_image": "imaging",
    "train": "training",
}


def __getattr__(name: str) -> object:
    """Import the room that defines a public name, the first time the name is asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _ROOMS[name] == "classify":
        prepare_torch_import()
    value = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
