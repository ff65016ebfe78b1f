"""The models that a person can choose: built in, or files that they added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.model_file import ModelFileError, built_in_models, read_card, resolve_model
from napari_rocks2net.plugin import settings
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.classify.classifier_set import RockClassifierSet


class ModelChoice:
    """The list of models, and the one classifier that was loaded last."""

    def __init__(self) -> None:
        self.reload()
        self._loaded: tuple[tuple[tuple[str, float], ...], RockClassifierSet] | None = None

    def reload(self) -> None:
        """Read again which model files were added, here or by another widget."""
        self._files = [path for path in settings.remembered_list(settings.MODEL_FILES) if _readable(path)]

    def choices(self) -> list[tuple[str, str]]:
        """Return (what to show, name or path) of every model: the built-in ones first."""
        built_in = [(f"{name} (built in)", name) for name in built_in_models()]
        return built_in + [(_shown(path), path) for path in self._files]

    def add(self, path: str | Path) -> str:
        """Add a model file to the list, for the next sessions too; return its path.

        Raises
        ------
        ModelFileError
            If it cannot be used.
        """
        text = str(Path(path).resolve())
        read_card(text)
        self.reload()
        if text not in self._files:
            self._files.append(text)
            settings.remember_list(settings.MODEL_FILES, self._files)
        return text

    def loader(self, models: Sequence[str], device: str = "auto") -> Callable[[], RockClassifierSet]:
        """Return a function that loads models, for the thread of a job; those loaded last are kept."""

        def load() -> RockClassifierSet:
            prepare_torch_import()
            from napari_rocks2net.classify import RockClassifier

            key = tuple((model, resolve_model(model).stat().st_mtime) for model in models)
            if self._loaded is None or self._loaded[0] != key:
                self._loaded = (key, RockClassifier.load(list(models), device))
            return self._loaded[1]

        return load


def describe(model: str) -> str:
    """Return what a model's card says, for a tooltip; for an unusable model, why."""
    try:
        card = read_card(resolve_model(model))
    except ModelFileError as error:
        return str(error)
    named = "; ".join(f"{each.name} ({', '.join(each.classes)})" for each in card.properties)
    return f"{model}: {named}. {card.data}".strip()


def _shown(path: str) -> str:
    file = Path(path)
    # Every run's model has the same file name; its folder tells them apart.
    name = file.parent.name if file.name == "model.safetensors" else file.stem
    properties = read_card(path).properties
    return f"{name} ({properties[0].name if len(properties) == 1 else f'{len(properties)} properties'})"


def _readable(path: str) -> bool:
    try:
        read_card(path)
    except ModelFileError:
        return False
    return True
