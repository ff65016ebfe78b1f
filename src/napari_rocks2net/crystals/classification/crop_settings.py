"""Crop settings: how a crystal is cut out of its image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.settings import Settings, document_settings, setting


@document_settings
@dataclass(frozen=True)
class CropSettings(Settings, error=CrystalError):
    """Crop settings: how a crystal is cut out of its image; a model's card keeps them."""

    margin: float = setting(
        0.1,
        "What is added on each side of the bounding box, as a share of its height and width.",
        within=(0, 1),
        step=0.05,
    )
    zero_background: bool = setting(
        False, "Make all but the crystal itself black; its surroundings are kept otherwise."
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> CropSettings:
        """Read what `to_dict` wrote; a missing value takes its default.

        Raises
        ------
        CrystalError
            For a setting that is not known.
        """
        unknown = sorted(set(settings) - set(cls.__dataclass_fields__))
        if unknown:
            raise CrystalError(f"Unknown setting {unknown[0]!r} of the crops: install a newer version.")
        return cls(**settings)
