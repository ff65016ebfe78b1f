"""A first model from a few labelled photos: the probe, by default, and seconds later in Classify."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from qtpy.QtCore import Qt
from tests.plugin.train.conftest import use_table

from napari_rocks2net.synthetic import draw_section
from napari_rocks2net.training import TrainingConfig

CLASSES = ("coarse crystal", "mud crystal")
SECTIONS = 8
PATIENCE_MS = 300_000


@pytest.fixture
def sections_csv(tmp_path: Path) -> Path:
    """Two classes of eight drawn sections, one photo of each, and a table of their labels."""
    rows = []
    for label in CLASSES:
        for number in range(SECTIONS):
            name = f"{label[:3]}{number}.png"
            Image.fromarray(draw_section(label, size=96, seed=number).ppl).save(tmp_path / name)
            rows.append({"file": name, "grain": label, "section": f"{label[0]}{number}"})
    path = tmp_path / "sections.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_few_photos_become_a_probe_that_answers_in_classify(
    open_widget: Any,
    viewer: Any,
    qtbot: Any,
    sections_csv: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    widget = open_widget()
    use_table(widget.source, sections_csv, "grain", "section")
    qtbot.waitUntil(lambda: widget.settings.model.value == "probe")
    qtbot.mouseClick(widget.controls.buttons["start"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not widget.running, timeout=PATIENCE_MS)
    assert widget.job.state == "finished", widget.status.text()
    assert widget.tabs.currentWidget() is widget.judging
    assert widget.judging.result.metrics["accuracy"] == 1
    qtbot.waitUntil(lambda: bool(widget.earlier.runs))
    assert not widget.earlier.runs[0].can_continue

    new = draw_section("mud crystal", size=96, seed=99).ppl
    viewer.add_image(new, name="new")
    qtbot.mouseClick(widget.judging.use, Qt.MouseButton.LeftButton)
    (classify,) = [each for name, each in viewer.window.dock_widgets.items() if "Classify" in name]
    classify.setup.choose_selected_layers()
    classify.classify()
    qtbot.waitUntil(lambda: not classify.running, timeout=PATIENCE_MS)
    (answer,) = classify.answers.rows
    assert answer.prediction.label == "mud crystal"


def test_the_forecast_follows_the_settings_where_a_training_is_prepared(
    make_napari_viewer: Any, qtbot: Any, labels_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_rocks2net.plugin.train import forecast, settings_page
    from napari_rocks2net.plugin.train.train_widget import TrainWidget

    monkeypatch.setattr(settings_page.SettingsPage, "ask_advice", lambda self, fill_in=True: None)
    asked: list[tuple[str, int, int]] = []

    def work(config: TrainingConfig, samples: Any, trainings: int) -> str:
        asked.append((config.model, len(samples.frame), trainings))
        return f"{config.model}. At most about 9 s here."

    monkeypatch.setattr(forecast, "forecast_in_thread", work)
    viewer = make_napari_viewer(show=True)
    widget = TrainWidget(viewer)
    viewer.window.add_dock_widget(widget, name="Train")
    use_table(widget.source, labels_csv, "rock", "section")
    qtbot.waitUntil(lambda: widget.forecast.text() == "probe. At most about 9 s here.")
    widget.settings.model.value = "gdnet"
    widget.settings.folds.value = 3
    qtbot.waitUntil(lambda: widget.forecast.text().startswith("gdnet."))
    assert asked[0] == ("probe", 12, 1)
    assert asked[-1] == ("gdnet", 12, 3)
    use_table(widget.source, labels_csv, "texture", "section")
    qtbot.waitUntil(lambda: widget.forecast.text() == "")
    widget.tabs.setCurrentWidget(widget.judging)
    assert widget.forecast.isHidden()
    widget.tabs.setCurrentWidget(widget.settings_page)
    assert not widget.forecast.isHidden()
    widget.close_jobs()
