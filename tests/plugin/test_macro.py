"""The macro that the documentation shows, run in a real viewer as `napari my_macro.py` does."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from napari_rocks2net.annotation import read_collection
from napari_rocks2net.synthetic import draw_section

MACRO = Path(__file__).parents[2] / "docs" / "examples" / "annotate_train_classify.py"
SECTIONS = 4


@pytest.mark.slow
def test_annotate_train_and_classify_in_one_script(
    make_napari_viewer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(SECTIONS):
        for rock in ("coarse crystal", "mud crystal"):
            section = draw_section(rock, size=96, seed=number)
            for light, pixels in (("PPL", section.ppl), ("XPL", section.xpl)):
                Image.fromarray(pixels).save(tmp_path / f"{rock[:4].strip()}_{number}_{light}.png")
    monkeypatch.setenv("PHOTOS", str(tmp_path))
    viewer = make_napari_viewer()
    made = runpy.run_path(str(MACRO))
    assert made["viewer"] is viewer
    labels = [image.labels["rock"] for image in read_collection(tmp_path / "rocks.collection.json").images]
    assert labels == ["coar"] * 2 * SECTIONS + ["mud"] * 2 * SECTIONS
    assert set(made["run"].metrics["classes"]) == {"coar", "mud"}
    assert len(made["predictions"].features) == 4 * SECTIONS
    assert list(viewer.layers)[: 4 * SECTIONS] == made["layers"]
