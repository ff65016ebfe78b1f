"""Slides from files: any window equals the same part of the whole picture."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_rocks2net.imaging import ImageError, black_and_white, read_image
from napari_rocks2net.slides import Grid, MapSettings, Slide, SlideError, open_slide, read_region
from napari_rocks2net.slides.region import cells_within


@pytest.fixture
def pixels(rng: np.random.Generator) -> np.ndarray:
    """Smooth colours, 200 x 300 px, so that JPEG keeps them."""
    y, x = np.mgrid[:200, :300]
    return np.stack([y, 255 * x // 300, 255 - y // 2], axis=-1).astype(np.uint8)


TIFFS: dict[str, dict[str, Any]] = {
    "tiles": {"tile": (64, 48), "compression": "deflate", "photometric": "rgb"},
    "big": {"tile": (64, 64), "photometric": "rgb", "bigtiff": True},
    "strips": {"rowsperstrip": 7, "compression": "lzw", "photometric": "rgb"},
    "one strip": {"photometric": "rgb"},
    "big endian": {"photometric": "rgb", "byteorder": ">"},
    "planar": {"tile": (64, 64), "planarconfig": "separate", "photometric": "rgb"},
    "jpeg": {"tile": (64, 64), "compression": "jpeg", "photometric": "rgb"},
    "ycbcr": {"tile": (64, 64), "compression": "jpeg", "photometric": "ycbcr", "subsampling": (2, 2)},
    "predictor": {"tile": (64, 64), "compression": "deflate", "predictor": True, "photometric": "rgb"},
}


@pytest.mark.parametrize("kind", TIFFS)
def test_a_window_of_a_tiff_is_that_part_of_the_picture(
    tmp_path: Path, pixels: np.ndarray, kind: str
) -> None:
    path = tmp_path / "scan.tif"
    options = dict(TIFFS[kind])
    written = {name: options.pop(name) for name in ("bigtiff", "byteorder") if name in options}
    with tifffile.TiffWriter(path, **written) as file:
        if kind == "planar":
            file.write(np.moveaxis(pixels, -1, 0), **options)
        else:
            file.write(pixels, **options)
    whole = read_image(path)
    with open_slide(path) as slide:
        assert slide.shape == (200, 300)
        for y, x, side in ((0, 0, 64), (50, 61, 70), (130, 230, 70)):
            np.testing.assert_array_equal(slide.window(y, x, side), whole[y : y + side, x : x + side])


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless_threads")
@pytest.mark.parametrize("compression", [None, "deflate", "lzw"])
def test_threads_that_read_one_slide_do_not_get_the_tiles_of_one_another(
    tmp_path: Path, rng: np.random.Generator, compression: str | None
) -> None:
    whole = rng.integers(0, 256, (512, 512, 3), np.uint8)
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, whole, photometric="rgb", tile=(32, 32), compression=compression)
    tiles = [(y, x) for y in range(0, 512, 32) for x in range(0, 512, 32)]

    def wrong_tiles(seed: int) -> int:
        order = np.random.default_rng(seed).permutation(tiles).tolist()
        parts = ((slide.read(0, y, x, 32, 32), whole[y : y + 32, x : x + 32]) for y, x in order)
        return sum(not np.array_equal(*each) for each in parts)

    for _ in range(4):
        with open_slide(path) as slide, ThreadPoolExecutor(4) as pool:
            assert list(pool.map(wrong_tiles, range(4))) == [0, 0, 0, 0]


@pytest.mark.usefixtures("restless_threads")
def test_the_brightness_of_a_deep_slide_is_found_while_threads_read_it(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    path = tmp_path / "scan.tif"
    planes = rng.integers(0, 4096, (6, 256, 256), np.uint16)
    with tifffile.TiffWriter(path) as file:
        for plane in planes:
            file.write(plane, tile=(32, 32), compression="deflate")
    with open_slide(path) as slide:
        whole = slide.read(0, 0, 0, 256, 256)
    for _ in range(4):
        with open_slide(path) as slide, ThreadPoolExecutor(4) as pool:
            parts = pool.map(lambda y: slide.read(0, y, 0, 32, 256), range(0, 256, 32))
            np.testing.assert_array_equal(np.concatenate(list(parts)), whole)


@pytest.mark.parametrize("kind", ["grey", "16 bit", "palette", "white is zero"])
def test_other_colours_come_out_as_the_whole_picture_has_them(
    tmp_path: Path, pixels: np.ndarray, kind: str
) -> None:
    path = tmp_path / "scan.tif"
    grey = pixels[..., 1]
    if kind == "16 bit":
        tifffile.imwrite(path, grey.astype(np.uint16) * 13, tile=(64, 64), photometric="minisblack")
    elif kind == "palette":
        colours = np.random.default_rng(0).integers(0, 65536, (3, 256), np.uint16)
        tifffile.imwrite(path, grey, tile=(64, 64), photometric="palette", colormap=colours)
    else:
        model = "miniswhite" if kind == "white is zero" else "minisblack"
        tifffile.imwrite(path, grey, tile=(64, 64), photometric=model)
    with open_slide(path) as slide:
        np.testing.assert_array_equal(slide.window(40, 30, 120), read_image(path)[40:160, 30:150])


@pytest.mark.parametrize("way", ["subifds", "reduced pages"])
def test_a_pyramid_has_its_levels(tmp_path: Path, pixels: np.ndarray, way: str) -> None:
    path = tmp_path / "scan.ome.tif" if way == "subifds" else tmp_path / "scan.tif"
    options = {"tile": (32, 32), "photometric": "rgb"}
    with tifffile.TiffWriter(path) as file:
        inside = {"subifds": 2} if way == "subifds" else {}
        file.write(
            pixels, **options, **inside, metadata={"axes": "YXS", "PhysicalSizeX": 0.5} if inside else None
        )
        for step in (2, 4):
            file.write(pixels[::step, ::step], **options, subfiletype=1, metadata=None)
    with open_slide(path) as slide:
        assert [slide.reduction(level) for level in range(len(slide.levels))] == [1, 2, 4]
        assert slide.level_for(3.9) == 1
        np.testing.assert_array_equal(slide.window(40, 80, 64, level=2), pixels[::4, ::4][10:26, 20:36])
        assert slide.um_per_pixel == (0.5 if way == "subifds" else None)
        assert slide.name == "scan"


@pytest.mark.parametrize("kind", ["shown inverted", "deep stack"])
def test_a_slide_is_as_dark_as_the_picture_of_its_file(tmp_path: Path, pixels: np.ndarray, kind: str) -> None:
    """ImageJ shows the smallest value in white; all planes of a stack have one white."""
    path, grey = tmp_path / "a.tif", pixels[..., 0]
    if kind == "deep stack":
        stack = np.stack([grey, grey * np.uint16(16)])
        tifffile.imwrite(path, stack, photometric="minisblack", tile=(64, 64))
    else:
        falling = np.stack([np.arange(255, -1, -1, dtype=np.uint8)] * 3)
        tifffile.imwrite(path, grey, imagej=True, metadata={"LUTs": [falling]})
    with open_slide(path) as slide:
        np.testing.assert_array_equal(slide.read(0, 0, 0, *slide.shape), read_image(path))


@pytest.mark.parametrize("form", ["c8", "i4"])
def test_numbers_that_are_read_wrong_are_refused_as_in_a_photo(tmp_path: Path, form: str) -> None:
    """Complex ones, and JPEG 2000 of more than 16 bits."""
    options = {"compression": "jpeg2000"} if form == "i4" else {}
    tifffile.imwrite(tmp_path / "a.tif", np.ones((64, 64), form), photometric="minisblack", **options)
    for opened in (open_slide, read_image):
        with pytest.raises(ImageError, match=r"a\.tif.*save it in 8 or 16 bits"):
            opened(tmp_path / "a.tif")


@pytest.mark.parametrize("way", ["photo", "turned", "array", "colour pages"])
def test_what_has_no_tiles_is_read_as_a_whole(tmp_path: Path, pixels: np.ndarray, way: str) -> None:
    path = tmp_path / {"photo": "a.png", "array": "a.npy"}.get(way, "a.ome.tif")
    expected = pixels
    if way == "photo":
        Image.fromarray(pixels).save(path)
    elif way == "array":
        np.save(path, pixels)
    elif way == "turned":
        tifffile.imwrite(path, pixels, photometric="rgb", extratags=[(274, "H", 1, 6, True)])
        expected = np.rot90(pixels, -1)
    else:
        channels = np.moveaxis(pixels, -1, 0)
        tifffile.imwrite(path, channels, photometric="minisblack", metadata={"axes": "CYX"})
    with open_slide(path) as slide:
        np.testing.assert_array_equal(slide.window(20, 30, 100), expected[20:120, 30:130])


def test_ome_zarr_is_a_slide(tmp_path: Path, pixels: np.ndarray) -> None:
    zarr = pytest.importorskip("zarr")
    group = zarr.open_group(tmp_path / "scan.ome.zarr", mode="w", zarr_format=2)
    for level, step in enumerate((1, 2)):
        values = np.moveaxis(pixels[::step, ::step], -1, 0)[None, :, None]
        group.create_array(str(level), data=values, chunks=(1, 1, 1, 64, 64))
    axes = [{"name": name} for name in "tcz"] + [{"name": name, "unit": "nanometer"} for name in "yx"]
    scales = [
        {"path": str(level), "coordinateTransformations": [{"type": "scale", "scale": [1, 1, 1, s, s]}]}
        for level, s in enumerate((250, 500))
    ]
    group.attrs["multiscales"] = [{"axes": axes, "datasets": scales}]
    with open_slide(tmp_path / "scan.ome.zarr") as slide:
        assert slide.um_per_pixel == 0.25
        assert slide.reduction(1) == 2
        np.testing.assert_array_equal(slide.window(10, 20, 90), pixels[10:100, 20:110])


def test_a_deep_zarr_is_as_bright_where_its_values_were_first_read_in_vain(
    tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    zarr = pytest.importorskip("zarr")
    values = rng.integers(0, 3000, (128, 64), np.uint16)
    values[:64] *= 20
    zarr.create_array(tmp_path / "scan.zarr", data=values, chunks=(64, 64))
    with open_slide(tmp_path / "scan.zarr") as slide:
        expected = slide.window(0, 0, 64)
    finding = "napari_rocks2net.slides.opening.black_and_white"

    def fail_in_the_middle(blocks: Iterator[np.ndarray]) -> None:
        next(blocks)
        raise MemoryError

    with open_slide(tmp_path / "scan.zarr") as slide:
        monkeypatch.setattr(finding, fail_in_the_middle)
        with pytest.raises(MemoryError):
            slide.window(0, 0, 64)
        monkeypatch.setattr(finding, black_and_white)
        np.testing.assert_array_equal(slide.window(0, 0, 64), expected)


def test_a_truncated_file_is_one_sentence(tmp_path: Path, pixels: np.ndarray) -> None:
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, pixels, tile=(64, 64), photometric="rgb")
    content = path.read_bytes()
    for length in (len(content) // 2, 300, 9, 1):
        path.write_bytes(content[:length])
        with pytest.raises(ImageError, match=r"scan\.tif"):
            open_slide(path)


@pytest.mark.parametrize("name", ["missing.tif", "folder", "empty.tif", "text.tif", "broken.npy"])
def test_what_is_no_slide_is_one_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif name != "missing.tif":
        path.write_bytes(b"" if name == "empty.tif" else b"no picture")
    with pytest.raises(ImageError, match=name):
        open_slide(path)


def test_a_damaged_tile_is_reported_when_it_is_read(tmp_path: Path, pixels: np.ndarray) -> None:
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, pixels, tile=(64, 64), photometric="rgb", compression="deflate")
    with tifffile.TiffFile(path) as file:
        offset = file.pages[0].dataoffsets[6]
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * 20)
    with open_slide(path) as slide:
        assert slide.window(0, 0, 60).shape == (60, 60, 3)
        with pytest.raises(ImageError, match="a part of the slide cannot be read"):
            slide.window(64, 64, 60)


def test_a_region_is_read_as_qupath_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "region.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Polygon", '
        '"coordinates": [[[0, 0], [30, 0], [30, 20], [0, 0]]]}}, {"type": "Feature", "geometry": '
        '{"type": "MultiPolygon", "coordinates": [[[[1, 2], [3, 4], [5, 9], [1, 2]]]]}}]}'
    )
    first, second = read_region(path)
    assert first[1].tolist() == [0, 30]
    assert second[0].tolist() == [2, 1]


def feature(
    rings: list[list[list[float]]], plane: dict[str, int] | None = None, **ours: Any
) -> dict[str, Any]:
    geometry: dict[str, Any] = {"type": "Polygon", "coordinates": rings}
    if plane is not None:
        geometry["plane"] = plane
    return {"type": "Feature", "geometry": geometry, "properties": {"rocks2net": ours}}


def ring(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]


def test_holes_are_not_within_a_region(tmp_path: Path) -> None:
    path = tmp_path / "region.geojson"
    holes = [ring(10, 10, 40, 50), ring(60, 20, 80, 30)]
    island = feature([ring(20, 20, 30, 40)])
    path.write_text(json.dumps({"features": [feature([ring(0, 0, 100, 60), *holes]), island]}))
    slide = Slide.of_arrays(np.zeros((60, 100, 3), np.uint8))
    within = cells_within(Grid.over(slide, MapSettings(field=1, stride=1), 1), read_region(path))
    right = np.ones((60, 100), bool)
    right[10:50, 10:40] = right[20:30, 60:80] = False
    right[20:40, 20:30] = True
    np.testing.assert_array_equal(within, right)


def test_regions_of_other_images_and_planes_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "regions.geojson"
    box = [ring(0, 0, 30, 20)]
    own = [feature(box), feature(box, {"z": 0, "t": 0, "c": -1}), feature(box, file="photos/scan.tif")]
    others = [feature(box, {"z": 2, "t": 0, "c": -1}), feature(box, file="photos/other.tif")]
    path.write_text(json.dumps({"features": own + others}))
    assert len(read_region(path, Path("/elsewhere/scan.tif"))) == 3
    assert "2 of 5 polygons of" in caplog.text
    path.write_text(json.dumps({"features": others}))
    with pytest.raises(SlideError, match="on other images or planes only"):
        read_region(path, Path("scan.tif"))


ONE_POINT = '{"type": "Polygon", "coordinates": [[[1, 2]]]}'


@pytest.mark.parametrize("text", ["", "{}", "3", ONE_POINT, "[" * 5000])
def test_a_region_that_is_none_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "region.geojson"
    path.write_text(text)
    with pytest.raises(SlideError, match=r"region\.geojson"):
        read_region(path)


def test_a_region_on_a_map_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "region.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}, '
        '"features": [{"type": "Feature", "geometry": {"type": "Polygon", '
        '"coordinates": [[[0, 0], [30, 0], [30, 20], [0, 0]]]}}]}'
    )
    with pytest.raises(SlideError, match="places on a map"):
        read_region(path)
