"""The models of crystals that a person can choose: built in, or files that they added."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari_rocks2net.model_file import ModelCard, built_in_models, read_card, resolve_model
from napari_rocks2net.models.catalog import model_spec
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.known_models import KnownModels, describe_card, short_name


class CrystalModels(KnownModels[Any]):
    """The list of models, and the one that was loaded last."""

    def __init__(self) -> None:
        super().__init__(preferences.CRYSTAL_MODELS)

    def choices(self) -> list[tuple[str, str]]:
        """Return (what to show, name or path) of every model that can be used, the latest file first."""
        names = [name for name in built_in_models() if _is_for_crystals(resolve_model(name))]
        built_in = [(f"{name} (built in)", name) for name in names]
        return [(short_name(path), path) for path in reversed(self.files())] + built_in


def describe(model: str) -> str:
    """Return what a model's card says, for a tooltip; for an unusable model, why."""

    def describe_classes(card: ModelCard) -> str:
        return f"{model}\n{', '.join(card.properties[0].classes)}\n{card.data}".strip()

    return describe_card(model, describe_classes)


def _is_for_crystals(path: Path) -> bool:
    card = read_card(path)
    return bool(card.crop) or model_spec(card.architecture).images == "crystals"
