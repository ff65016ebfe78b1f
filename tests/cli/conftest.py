"""Models of crystals, as the tests of their rooms make them."""

from __future__ import annotations

from tests.crystals.classification.conftest import crystal_model
from tests.crystals.sam.conftest import sam_folder

__all__ = ["crystal_model", "sam_folder"]
