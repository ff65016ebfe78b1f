"""Numbers in sentences."""

from __future__ import annotations

import pytest

from napari_rocks2net.wording import count_of


@pytest.mark.parametrize(("number", "text"), [(0, "0 crystals"), (1, "1 crystal"), (2, "2 crystals")])
def test_only_one_is_singular(number: int, text: str) -> None:
    assert count_of(number, "crystal") == text
