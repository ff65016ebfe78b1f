"""The models that a person can choose: built in, or files that they added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from napari_rocks2net.model_file import ModelCard, built_in_models, read_card
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.known_models import KnownModels, describe_card, short_name
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier


class ModelChoice(KnownModels["RockClassifier"]):
    """The list of models, and the one classifier that was loaded last."""

    def __init__(self) -> None:
        super().__init__(preferences.MODEL_FILES)

    def choices(self) -> list[tuple[str, str]]:
        """Return (what to show, name or path) of every model: the built-in ones first."""
        built_in = [(f"{name} (built in)", name) for name in built_in_models()]
        return built_in + [(_shown(path), path) for path in self.files()]

    def classifier_loader(self, models: Sequence[str], device: str = "auto") -> Callable[[], RockClassifier]:
        """Return a function that loads models, for the thread of a job; those loaded last are kept."""

        def load() -> RockClassifier:
            prepare_torch_import()
            from napari_rocks2net.classify import RockClassifier

            return RockClassifier.load(*models, device=device)

        return self.loader(models, load)


def describe(model: str) -> str:
    """Return what a model's card says, for a tooltip; for an unusable model, why."""

    def properties_and_data(card: ModelCard) -> str:
        named = "; ".join(f"{each.name} ({', '.join(each.classes)})" for each in card.properties)
        return f"{model}: {named}. {card.data}".strip()

    return describe_card(model, properties_and_data)


def trained_on(model: str) -> str:
    """Return one line about what a model learned from: how its card's data begins, and the last sentence."""
    sentences = describe_card(model, lambda card: card.data).strip().removesuffix(".").split(". ")
    if not sentences[0]:
        return ""
    shown = dict.fromkeys((sentences[0].split(": ")[0], sentences[-1])) if len(sentences) > 1 else sentences
    return f"{short_name(model)}: {'. '.join(shown)}."


def _shown(path: str) -> str:
    properties = read_card(path).properties
    content = properties[0].name if len(properties) == 1 else f"{len(properties)} properties"
    return f"{short_name(path)} ({content})"
