"""Figures of classified photos: their parts and formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from PIL import Image

from napari_rocks2net.classify import CriticalArea, Prediction
from napari_rocks2net.reports import ReportError, draw_figure, save_figure_of

PREDICTION = Prediction(
    "grain", "co$ar_se$", 0.9, {"co$ar_se$": 0.9, "mud": 0.1}, critical_area=CriticalArea(10, 20, 60, 90)
)


@pytest.fixture
def photo(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 255, (120, 200, 3), dtype=np.uint8)


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf", ".PNG"])
def test_figures_are_saved_in_every_format(photo: np.ndarray, tmp_path: Path, ending: str) -> None:
    path = save_figure_of(draw_figure(photo, [PREDICTION], title="$A"), tmp_path / f"figure{ending}")
    begins = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[ending.lower()]
    assert path.read_bytes().startswith(begins)
    if ending == ".png":
        with Image.open(path) as picture:
            assert min(picture.size) > 400


def test_the_scale_bar_is_a_round_length_of_the_photo(photo: np.ndarray) -> None:
    axes = draw_figure(photo, [PREDICTION], um_per_pixel=4.0).axes[0]
    bars = [
        patch
        for patch in axes.patches
        if isinstance(patch, Rectangle) and patch.get_facecolor()[:3] == (0, 0, 0)
    ]
    assert [bar.get_width() for bar in bars if bar.get_fill()] == [50.0]
    assert [text.get_text() for text in axes.texts] == ["200 µm"]
    assert not draw_figure(photo, [PREDICTION]).axes[0].texts


def test_the_critical_area_lies_where_it_is_on_the_photo(photo: np.ndarray) -> None:
    axes = draw_figure(photo, [PREDICTION]).axes[0]
    rectangles = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert {each.get_bbox().bounds for each in rectangles} == {(20, 10, 70, 50)}


def test_the_caption_names_answers_model_and_version(photo: np.ndarray) -> None:
    figure = draw_figure(photo, [PREDICTION], models=["five (abc)"])
    text = " ".join(each.get_text() for each in figure.texts).replace("\n", " ")
    assert text.startswith(
        "grain: co$ar_se$ 90 %. Rectangle: the critical area. Model: five (abc). napari-rocks2net"
    )


def test_what_cannot_be_plotted_or_saved_is_refused(photo: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no answer"):
        draw_figure(photo, [])
    with pytest.raises(ReportError, match="end the name in one of"):
        save_figure_of(draw_figure(photo, [PREDICTION]), tmp_path / "figure.docx")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="cannot be written"):
        save_figure_of(draw_figure(photo, [PREDICTION]), tmp_path / "file" / "figure.png")


def test_a_share_stands_beside_its_bar_and_within_the_figure(photo: np.ndarray) -> None:
    figure = draw_figure(photo, [Prediction("grain", "mud", 1.0, {"mud": 1.0, "sand": 0.0})])
    figure.draw_without_rendering()
    axes = figure.axes[1]
    for bar, share in zip(axes.patches, axes.texts, strict=True):
        text = share.get_window_extent()
        assert text.x0 > bar.get_window_extent().x1
        assert text.x1 < axes.get_window_extent().x1
