"""Results of this program are told from photos by name and mark together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from matplotlib.figure import Figure

from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.evaluation.plots import save_figure
from napari_rocks2net.evaluation.report import REPORT_FILES
from napari_rocks2net.imaging import OUTPUT_SOFTWARE, is_own_output, list_images, passed_over_sentence
from napari_rocks2net.output_files import LEARNING_CURVE_FILE

PIXELS = np.arange(64, dtype=np.uint8).reshape(8, 8)


@pytest.mark.parametrize("name", ["a_labels.tif", "A_LABELS.TIF"])
def test_a_marked_label_image_is_a_result(tmp_path: Path, name: str) -> None:
    tifffile.imwrite(tmp_path / name, PIXELS.astype(np.int32), software=OUTPUT_SOFTWARE, compression="zlib")
    assert is_own_output(tmp_path / name)


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i4", "f4"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_labels_of_every_type_of_number_are_results(tmp_path: Path, dtype: str, byteorder: str) -> None:
    for name in ("a_labels.tif", "slate_grains.tif"):
        path = tmp_path / name
        tifffile.imwrite(
            path, PIXELS.astype(dtype), software=OUTPUT_SOFTWARE, byteorder=byteorder, tile=(16, 16)
        )
        assert is_own_output(path)


def test_name_and_mark_are_both_needed(tmp_path: Path) -> None:
    marked = atomic_write_png(tmp_path / "a_overlay.png", PIXELS, OUTPUT_SOFTWARE)
    assert is_own_output(marked)
    assert not is_own_output(atomic_write_png(tmp_path / "a.png", PIXELS, OUTPUT_SOFTWARE))
    assert not is_own_output(atomic_write_png(tmp_path / "b_overlay.png", PIXELS))
    tifffile.imwrite(tmp_path / "b_labels.tif", PIXELS)
    assert not is_own_output(tmp_path / "b_labels.tif")
    assert [path.name for path in list_images(tmp_path)] == ["a.png", "b_labels.tif", "b_overlay.png"]
    assert passed_over_sentence(tmp_path) == "1 file passed over: a_overlay.png (result of this program)."


def test_every_picture_of_a_report_and_a_figure_is_a_result(tmp_path: Path) -> None:
    pictures = [name for name in (*REPORT_FILES, LEARNING_CURVE_FILE) if name.endswith(".png")]
    for name in (*pictures, "S1_PPL_figure.png"):
        assert is_own_output(atomic_write_png(tmp_path / name, PIXELS, OUTPUT_SOFTWARE)), name
    assert list_images(tmp_path) == []


def test_a_figure_is_a_result_whatever_it_is_called(tmp_path: Path) -> None:
    figure = Figure()
    figure.subplots().plot([1, 2])
    assert is_own_output(save_figure(figure, tmp_path / "S1 PPL.png"))
    assert list_images(tmp_path) == []


def test_what_a_training_cut_out_of_photos_is_no_photo_below_its_run(tmp_path: Path) -> None:
    crops = tmp_path / "photos" / "run" / "layer_images"
    atomic_write_png(crops / "a_3.png", PIXELS)
    assert [path.name for path in list_images(tmp_path)] == ["a_3.png"]
    for name in ("config.json", "samples.csv"):
        (crops.parent / name).touch()
    assert list_images(tmp_path) == []
    assert [path.name for path in list_images(crops)] == ["a_3.png"]


@pytest.mark.parametrize("content", [b"", b"II*\0", b"\x89PNG\r\n\x1a\n", b"no picture"])
def test_what_cannot_be_read_is_no_result(tmp_path: Path, content: bytes) -> None:
    for name in ("a_labels.tif", "a_overlay.png"):
        (tmp_path / name).write_bytes(content)
        assert not is_own_output(tmp_path / name)
    assert not is_own_output(tmp_path / "gone_labels.tif")
