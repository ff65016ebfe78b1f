"""Where the files of field cases lie, which are no part of the package."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

FIELD = Path(os.environ.get("ROCKS2NET_FIELD", Path(__file__).parents[2] / "shared" / "field"))
needs_field = pytest.mark.skipif(not FIELD.is_dir(), reason=f"the field cases are not in {FIELD}")


def colour_photo() -> np.ndarray:
    """Draw the test photo of several cases, (60, 80, 3) uint8."""
    y, x = np.mgrid[0:60, 0:80]
    rgb = np.rint(np.stack([x / 80, y / 60, (x + y) / 140], axis=-1) * 255).astype(np.uint8)
    rgb[5:20, 5:20] = (200, 30, 40)
    return rgb
