"""Model files that a person has added, and the model loaded last: what every list of models needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from napari_rocks2net.model_file import ModelCard, ModelFileError, read_card, resolve_model
from napari_rocks2net.plugin.work import preferences

Loaded = TypeVar("Loaded")


class KnownModels(Generic[Loaded]):
    """The model files remembered from one session to the next, and what was loaded last."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._loaded_last: tuple[tuple[tuple[str, float], ...], Loaded] | None = None

    def files(self) -> list[str]:
        """Return the paths of the files that can be used, the one added last at the end."""
        return [path for path in preferences.remembered_list(self._key) if _readable(path)]

    def add(self, path: str | Path) -> str:
        """Remember a model file, for the next sessions too; return its absolute path.

        Raises
        ------
        ModelFileError
            If it cannot be used.
        """
        text = str(Path(path).resolve())
        read_card(text)
        others = [each for each in preferences.remembered_list(self._key) if each != text]
        preferences.remember_list(self._key, [*others, text])
        return text

    def loader(self, models: Sequence[str], load: Callable[[], Loaded]) -> Callable[[], Loaded]:
        """Return a function for the thread of a job: it loads models, unless they are those loaded last."""

        def load_once() -> Loaded:
            key = tuple((model, resolve_model(model).stat().st_mtime) for model in models)
            if self._loaded_last is None or self._loaded_last[0] != key:
                self._loaded_last = (key, load())
            return self._loaded_last[1]

        return load_once


def describe_card(model: str, describe: Callable[[ModelCard], str]) -> str:
    """Return the description of a model's card, for a tooltip; for an unusable model, why."""
    try:
        return describe(read_card(resolve_model(model)))
    except (ModelFileError, OSError, ValueError) as error:
        return str(error)


def short_name(path: str) -> str:
    """Return what a model file is called in a list.

    Every run's model has the same file name; its folder tells them apart.
    """
    file = Path(path)
    return file.parent.name if file.name == "model.safetensors" else file.stem


def _readable(path: str) -> bool:
    try:
        read_card(path)
    # A share that is lost, a name too long, no permission, a newer format: it is not offered.
    except (ModelFileError, OSError, ValueError):
        return False
    return True
