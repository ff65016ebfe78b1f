"""Crop settings: how a crystal is cut out of its image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.settings import check_settings, document_settings, setting


@document_settings
@dataclass(frozen=True)
class CropSettings:
    """Crop settings: how a crystal is cut out of its image; a model's card keeps them.

    Raises
    ------
    CrystalError
        When a value is out of its range.
    """

    margin: float = setting(
        0.1,
        minimum=0,
        maximum=1,
        step=0.05,
        help="What is added on each side of the bounding box, as a share of its height and width.",
    )
    zero_background: bool = setting(
        False, help="Make all but the crystal itself black; its surroundings are kept otherwise."
    )

    def __post_init__(self) -> None:
        check_settings(self, CrystalError)

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
