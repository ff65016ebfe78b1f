"""The models of crystals that a person can choose: built in, or files that they added."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.model_file import ModelFileError, built_in_models, read_card, resolve_model
from napari_rocks2net.plugin import settings
from napari_rocks2net.plugin.crystals.classifying import as_classifier

if TYPE_CHECKING:
    from napari_rocks2net.crystals import CrystalClassifier

CRYSTAL_NETWORKS = ("microcrystalnet", "microcrystalnet_deposited")


class CrystalModels:
    """The list of models, and the one that was loaded last."""

    def __init__(self) -> None:
        self._loaded: tuple[tuple[str, float], CrystalClassifier] | None = None

    def choices(self) -> list[tuple[str, str]]:
        """Return (what to show, name or path) of every model that can be used, the latest file first."""
        names = [name for name in built_in_models() if _is_for_crystals(resolve_model(name))]
        built_in = [(f"{name} (built in)", name) for name in names]
        files = [path for path in settings.remembered_list(settings.CRYSTAL_MODELS) if _readable(path)]
        return [(_shown(path), path) for path in reversed(files)] + built_in

    def add(self, path: str | Path) -> str:
        """Add a model file to the list, for the next sessions too; return its path.

        Raises
        ------
        ModelFileError
            If it cannot be used.
        """
        text = str(Path(path).resolve())
        read_card(text)
        others = [each for each in settings.remembered_list(settings.CRYSTAL_MODELS) if each != text]
        settings.remember_list(settings.CRYSTAL_MODELS, [*others, text])
        return text

    def loader(self, model: str) -> Callable[[], CrystalClassifier]:
        """Return a function that loads a model, for the thread of a job; the last one is kept."""

        def load() -> CrystalClassifier:
            key = (model, resolve_model(model).stat().st_mtime)
            if self._loaded is None or self._loaded[0] != key:
                self._loaded = (key, as_classifier(model))
            return self._loaded[1]

        return load


def describe(model: str) -> str:
    """Return what a model's card says, for a tooltip; for an unusable model, why."""
    try:
        card = read_card(resolve_model(model))
    except ModelFileError as error:
        return str(error)
    return f"{model}\n{', '.join(card.classes)}\n{card.data}".strip()


def _is_for_crystals(path: Path) -> bool:
    card = read_card(path)
    return bool(card.crop) or card.architecture in CRYSTAL_NETWORKS


def _readable(path: str) -> bool:
    try:
        read_card(path)
    except ModelFileError:
        return False
    return True


def _shown(path: str) -> str:
    file = Path(path)
    # Every run's model has the same file name; its folder tells them apart.
    return file.parent.name if file.name == "model.safetensors" else file.stem
