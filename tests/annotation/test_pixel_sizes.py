"""The scale of many photos at once: from their files, or from their bars."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageDraw, ImageFont

from napari_rocks2net.annotation import CollectionError, ImageKey
from napari_rocks2net.annotation.pixel_sizes import (
    alike,
    bar_pixels,
    file_pixel_size,
    measure_images,
    with_pixel_sizes,
)


def result_of(work):
    """Run a generator to its end."""
    steps = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            return steps, end.value


def test_some_images_get_a_scale_and_the_others_keep_theirs(labelled):
    first, second, third = (image.key for image in labelled.images[:3])
    scaled = with_pixel_sizes(labelled, {first: 2.0, second: 3.0})
    changed = with_pixel_sizes(scaled, {first: None, third: 5.0})
    assert [image.pixel_size_um for image in changed.images[:3]] == [None, 3.0, 5.0]


@pytest.mark.parametrize("size", [0.0, -2.0, float("inf"), float("nan")])
def test_a_scale_that_is_none_is_refused(labelled, size):
    with pytest.raises(CollectionError, match="positive length"):
        with_pixel_sizes(labelled, {labelled.images[0].key: size})


def test_files_say_their_scale_and_a_missing_or_silent_one_costs_nothing(tmp_path):
    scaled, silent = tmp_path / "scaled.tif", tmp_path / "silent.tif"
    pixels = np.zeros((20, 30), np.uint8)
    tifffile.imwrite(scaled, pixels, imagej=True, resolution=(2, 2), metadata={"unit": "um"})
    tifffile.imwrite(silent, pixels, resolution=(72, 72), resolutionunit="INCH")
    keys = [ImageKey.of(file) for file in (scaled, silent, tmp_path / "gone.tif")]
    steps, sizes = result_of(measure_images(keys, file_pixel_size))
    assert sizes == {keys[0]: 0.5}
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_bars_are_measured_in_the_files(tmp_path):
    picture = Image.new("RGB", (400, 300), (140, 120, 100))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((250, 270, 350, 273), fill=(255, 0, 0))
    draw.text((300, 254), "200 um", (255, 0, 0), ImageFont.load_default(22), anchor="mm")
    picture.save(tmp_path / "bar.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    keys = [ImageKey.of(tmp_path / name) for name in ("bar.png", "broken.png")]
    assert result_of(measure_images(keys, bar_pixels))[1] == {keys[0]: 101.0}


def test_a_bar_of_another_length_is_left_out(tmp_path):
    keys = [ImageKey.of(tmp_path / f"{name}.png") for name in "abcd"]
    lengths = dict(zip(keys, [92.0, 93.0, 92.5, 133.0], strict=True))
    assert list(alike(lengths)) == keys[:3]
    assert alike({}) == {}
