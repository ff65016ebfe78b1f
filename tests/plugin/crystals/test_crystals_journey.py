"""A microscopist's first minutes: open, segment, correct, measure, name twenty, train, see the classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import Qt

from napari_rocks2net.crystals.synthetic import draw_sem_image
from napari_rocks2net.plugin.crystals.features import features_by_label

PATIENCE = 600_000
NAMED = 20


@pytest.fixture
def sem_file(real_data_or_none: Path | None, tmp_path: Path) -> Path:
    """An SEM image on disk: a real one where it is, a drawn one elsewhere."""
    if real_data_or_none:
        return real_data_or_none / "sem_particles" / "images" / "31f17306c8.png"
    sem_image = draw_sem_image((200, 260), diameter=28, coverage=0.6, info_bar=True, seed=5)
    path = tmp_path / "sem.png"
    Image.fromarray(sem_image.image).save(path)
    return path


@pytest.mark.slow
def test_from_an_sem_image_to_its_crystals_by_class(
    qtbot: Any, make_napari_viewer_proxy: Any, open_widget: Any, viewer: Any, sem_file: Path
) -> None:
    viewer.open(str(sem_file), plugin="napari")
    widget = open_widget()
    page = widget.segmenting.page
    qtbot.waitUntil(lambda: "looking" not in page.scale.crop.text(), timeout=PATIENCE)

    qtbot.mouseClick(page.segment, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not widget.running, timeout=PATIENCE)
    crystals = widget.crystals.layer
    assert crystals is not None, widget.status.text()
    count = int(crystals.data.max())
    assert count >= NAMED

    # One crystal was none, another one was overlooked.
    crystals.fill(tuple(np.argwhere(crystals.data == 1)[0]), 0)
    crystals.brush_size = 8
    crystals.paint((6, 6), count + 1)
    assert 1 not in crystals.data
    assert count + 1 in crystals.data

    qtbot.mouseClick(widget.measure_page.measure, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not widget.running, timeout=PATIENCE)
    table = features_by_label(crystals)
    assert count + 1 in table.index
    assert 1 not in table.index

    step = widget.classifying
    step.page.picking.setChecked(True)
    round_ones = table["circularity"].rank(ascending=False) <= len(table) / 2
    for label in table.index[:NAMED]:
        step.picker.select(int(label))
        step.name_selected(4 if round_ones[label] else 1)
    assert f"{NAMED} named crystals" in step.page.basis.text()

    step.page.epochs.setValue(1)
    step.page.train.click()
    qtbot.waitUntil(lambda: not step.training.job.alive, timeout=PATIENCE)
    assert step.training.job.state == "finished", step.page.outcome.text()
    assert "held out" in step.page.outcome.text()

    step.page.use.click()
    qtbot.waitUntil(lambda: not widget.running, timeout=PATIENCE)
    classes = features_by_label(crystals)["class"]
    assert set(classes) <= {"rhombic", "spherical"}
    assert classes.notna().all()
    shown = {tuple(np.round(crystals.colormap.map(int(label)), 2)) for label in classes.index}
    assert 1 <= len(shown) <= 2, "one colour a class"
