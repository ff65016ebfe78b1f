"""The picture of a confusion matrix."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from napari_rocks2net.evaluation import save_confusion_matrix
from napari_rocks2net.evaluation.plots import save_figure
from napari_rocks2net.imaging import is_own_output, read_image


def test_diagonal_is_darker_than_the_rest(tmp_path: Path) -> None:
    path = save_confusion_matrix(np.diag([5, 9, 2]), ["a", "b", "c"], tmp_path / "confusion.png")
    rgb = read_image(path).astype(int)
    assert min(rgb.shape[:2]) > 300
    blue = (rgb[..., 2] - rgb[..., 0]) > 40
    # Three equal squares of one row and one column each: a third of the matrix, well below half the picture.
    assert 0.05 < blue.mean() < 0.4


@pytest.mark.parametrize(
    "classes",
    [
        ["花岗岩", "玄武岩"],
        ["$\\alpha$ broken {", "50 %"],
        ["a very long name of a rock property class" * 3, "b"],
    ],
)
def test_any_class_name_can_be_plotted(tmp_path: Path, classes: list[str]) -> None:
    path = save_confusion_matrix([[0, 3], [1, 4]], classes, tmp_path / "confusion.png")
    assert read_image(path).std() > 0


def test_a_class_without_samples_and_many_classes_are_plotted(tmp_path: Path) -> None:
    names = [f"class {index}" for index in range(30)]
    path = save_confusion_matrix(np.zeros((30, 30), int), names, tmp_path / "confusion.png")
    assert min(read_image(path).shape[:2]) > 2000


def test_drawing_opens_no_pyplot_figure(tmp_path: Path) -> None:
    save_confusion_matrix([[1, 0], [0, 1]], ["a", "b"], tmp_path / "confusion.png")
    assert pyplot.get_fignums() == []


def test_the_picture_of_a_run_is_never_taken_for_a_photo(tmp_path: Path) -> None:
    assert is_own_output(
        save_confusion_matrix([[1, 0], [0, 1]], ["a", "b"], tmp_path / "confusion_matrix.png")
    )


def test_warnings_of_others_are_seen_while_a_plot_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = Figure()
    draw = figure.savefig

    def beside_another_thread(*arguments: Any, **options: Any) -> None:
        warnings.warn("Glyph 5 missing, says another library", UserWarning, stacklevel=1)
        draw(*arguments, **options)

    monkeypatch.setattr(figure, "savefig", beside_another_thread)
    with pytest.warns(UserWarning, match="says another library") as seen:
        save_figure(figure, tmp_path / "plot.png")
    assert len(seen) == 1
