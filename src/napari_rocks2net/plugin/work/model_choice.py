"""Model choice: built-in models and files that a person added, and what their cards say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from napari_rocks2net.model_file import ModelCard, ModelFileError, built_in_models, read_card, resolve_model
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier

NO_MODEL = "No model is chosen; choose one in the list or add a model file."
Loaded = TypeVar("Loaded")


class RememberedModels(Generic[Loaded]):
    """The model files remembered from one session to the next, and what was loaded last."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._loaded_last: tuple[tuple[tuple[str, float], ...], Loaded] | None = None

    def files(self) -> list[str]:
        """Return the paths of the files that can be used, the one added last at the end."""
        return [path for path in preferences.remembered_list(self._key) if _readable(path)]

    def named_files(self) -> list[tuple[str, str]]:
        """Return (name, path) of these files; of two with one name a list would offer the last alone."""
        files = self.files()
        times = Counter(map(short_name, files))
        named = [(short_name(path), path) for path in files]
        return [(name if times[name] == 1 else f"{name}, {Path(path).parent}", path) for name, path in named]

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
        preferences.remember(self._key, [*others, text])
        return text

    def loader(self, models: Sequence[str], load: Callable[[], Loaded]) -> Callable[[], Loaded]:
        """Return a function for the thread of a job: it loads models, unless they are those loaded last."""

        def load_once() -> Loaded:
            """Load the models, unless they were loaded last."""
            key = tuple((model, resolve_model(model).stat().st_mtime) for model in models)
            # Another job may load others meanwhile.
            kept = self._loaded_last
            if kept is None or kept[0] != key:
                self._loaded_last = kept = (key, load())
            return kept[1]

        return load_once


class ModelChoice(RememberedModels["RockClassifier"]):
    """The models of rocks, and the one classifier that was loaded last."""

    def __init__(self) -> None:
        super().__init__(preferences.MODEL_FILES)

    def choices(self) -> list[tuple[str, str]]:
        """Return (what to show, name or path) of every model: the built-in ones first."""
        built_in = [(f"{name} (built in)", name) for name in built_in_models()]
        return built_in + [(f"{name} ({_content(path)})", path) for name, path in self.named_files()]

    def classifier_loader(self, models: Sequence[str], device: str = "auto") -> Callable[[], RockClassifier]:
        """Return a function that loads models, for the thread of a job; those loaded last are kept."""

        def load() -> RockClassifier:
            """Load the models on the device."""
            prepare_torch_import()
            from napari_rocks2net.classify import RockClassifier

            return RockClassifier.load(*models, device=device)

        return self.loader(models, load)


def describe(model: str) -> str:
    """Return what a model's card says, for a tooltip; for an unusable model, why."""

    def properties_and_data(card: ModelCard) -> str:
        """Return a line about one card."""
        named = "; ".join(f"{each.name} ({', '.join(each.classes)})" for each in card.properties)
        return f"{model}: {named}. {card.data} {card.expected_scale}".strip()

    return _from_card(model, properties_and_data)


def trained_on(model: str) -> str:
    """Return one line about what a model learned from: how its card's data begins, and the last sentence."""
    sentences = _from_card(model, lambda card: card.data).strip().removesuffix(".").split(". ")
    if not sentences[0]:
        return ""
    parts = dict.fromkeys((sentences[0].split(": ")[0], sentences[-1])) if len(sentences) > 1 else sentences
    return f"{short_name(model)}: {'. '.join(parts)}."


def short_name(path: str) -> str:
    """Return what a model file is called in a list.

    Every run's model has the same file name; its folder tells them apart.
    """
    file = Path(path)
    return file.parent.name if file.name == "model.safetensors" else file.stem


def _from_card(model: str, describe: Callable[[ModelCard], str]) -> str:
    try:
        return describe(read_card(resolve_model(model)))
    except (ModelFileError, OSError, ValueError) as error:
        return str(error)


def _content(path: str) -> str:
    properties = read_card(path).properties
    return properties[0].name if len(properties) == 1 else f"{len(properties)} properties"


def _readable(path: str) -> bool:
    try:
        read_card(path)
    # A share that is lost, a name too long, no permission, a newer format: it is not offered.
    except (ModelFileError, OSError, ValueError):
        return False
    return True
