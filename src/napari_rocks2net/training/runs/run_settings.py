"""Settings of a run, as config.json keeps them; other programs may have added its network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from napari_rocks2net.models.catalog import MODELS

FOLDS, PROPERTIES = "folds", "properties"
"""What config.json holds beside the fields of a `TrainingConfig`."""


@dataclass(frozen=True)
class RunSettings:
    """Settings of a run; one that is missing or damaged raises a LookupError, TypeError or ValueError."""

    values: Mapping[str, Any]
    """What `RunFolder.read_config` returns."""

    @property
    def model(self) -> str:
        """The network, see `napari_rocks2net.models.catalog`."""
        return str(self.values["model"])

    @property
    def backbone(self) -> str:
        """Its backbone; empty for a network without a choice."""
        return str(self.meaningful().get("backbone") or "")

    @property
    def size(self) -> int:
        """Side of the network's input in pixels."""
        return int(self.values["size"])

    @property
    def batch_size(self) -> int:
        """Images that are trained on together."""
        return int(self.values["batch_size"])

    @property
    def epochs(self) -> int:
        """The number of epochs that were wanted; 0 for a network that is fitted in one go."""
        return 0 if self.is_fitted else int(self.values["epochs"])

    @property
    def folds(self) -> int | None:
        """The number of folds of a cross-validation; None for any other run."""
        return self.values.get(FOLDS)

    @property
    def is_fitted(self) -> bool:
        """Whether the network is fitted in one go; one that is not known here counts as trained."""
        return is_fitted(self.model)

    def meaningful(self) -> dict[str, Any]:
        """Return the settings that the network uses; of one that is not known here, all."""
        spec = MODELS.get(str(self.values.get("model")))
        return {name: value for name, value in self.values.items() if spec is None or spec.uses(name)}


def is_fitted(model: str) -> bool:
    """Return whether a network is fitted in one go; one that is not known here counts as trained."""
    return model in MODELS and MODELS[model].fitted
