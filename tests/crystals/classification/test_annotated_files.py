"""Tables of named crystals are read with their images and label images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from tests.crystals.classification.conftest import squares

from napari_rocks2net.crystals import CrystalError
from napari_rocks2net.crystals.classification.annotated_tables import read_annotated, read_labels


def written(folder: Path, name: str = "mount", rows: str = "mount.png,1,bright\nmount.png,2,dim\n") -> Path:
    """Write an image, its labels and a table as `crystals` names them; return the table."""
    folder.mkdir(exist_ok=True)
    item = squares(name, 3)
    Image.fromarray(item.image).save(folder / f"{name}.png")
    tifffile.imwrite(folder / f"{name}_labels.tif", item.labels)
    table = folder / f"{name}_crystals.csv"
    table.write_text(f"file,label,class\n{rows}", encoding="utf-8")
    return table


def test_rows_with_a_class_are_read(tmp_path: Path) -> None:
    table = written(tmp_path, rows="mount.png,1,bright\nmount.png,3,\nmount.png,2,dim\n")
    (annotated,) = read_annotated([table])
    assert annotated.name == "mount.png"
    assert annotated.classes == {1: "bright", 2: "dim"}
    np.testing.assert_array_equal(annotated.labels, squares("", 3).labels)
    np.testing.assert_array_equal(annotated.image[..., 0], squares("", 3).image)


def test_images_of_one_name_stay_apart(tmp_path: Path) -> None:
    first, second = read_annotated([written(tmp_path / "a"), written(tmp_path / "b")])
    assert first.name != second.name
    assert first.name.endswith("a/mount.png")


def test_paths_may_start_from_the_current_folder_and_labels_may_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "a")
    table = tmp_path / "named.csv"
    table.write_text("file,labels,label,class\na/mount.png,a/mount_labels.tif,2,dim\n", encoding="utf-8")
    assert read_annotated([table])[0].classes == {2: "dim"}
    (tmp_path / "tables").mkdir()
    moved = table.rename(tmp_path / "tables" / "named.csv")
    monkeypatch.chdir(tmp_path)
    assert read_annotated([moved.relative_to(tmp_path)])[0].classes == {2: "dim"}


def test_classes_that_stand_as_a_model_gave_them_are_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    table = written(tmp_path)
    table.write_text(
        "file,label,class,p_bright,p_dim\nmount.png,1,bright,0.9,0.1\nmount.png,2,dim,0.8,0.2\n"
        "mount.png,3,dim,,\n",
        encoding="utf-8",
    )
    assert read_annotated([table])[0].classes == {1: "bright", 2: "dim", 3: "dim"}
    assert "1 of 3 classes" in caplog.text
    caplog.clear()
    read_annotated([written(tmp_path)])
    assert not caplog.text


def test_a_table_that_is_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(CrystalError, match="does not exist"):
        read_annotated([tmp_path / "none_crystals.csv"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\nmount.png,1\n", "no column 'class'"),
        ("file,label,class\nmount.png,1.5,x\n", "names a crystal '1.5'"),
        ("file,label,class\nmount.png,-1,x\n", "names a crystal '-1'"),
        ("file,label,class\ngone.png,1,x\n", "names gone.png, which is neither"),
        ("", "cannot be read as a CSV"),
    ],
)
def test_a_wrong_table_is_named(tmp_path: Path, text: str, message: str) -> None:
    table = written(tmp_path)
    table.write_text(text, encoding="utf-8")
    with pytest.raises(CrystalError, match=message) as caught:
        read_annotated([table])
    assert "mount_crystals.csv" in str(caught.value)


def test_wrong_images_are_named(tmp_path: Path) -> None:
    table = written(tmp_path)
    labels = tmp_path / "mount_labels.tif"
    tifffile.imwrite(labels, np.full((5, 5), 0.5, np.float32))
    with pytest.raises(
        CrystalError, match=r"mount_labels\.tif is no label image.*shape \(5, 5\) and type float32"
    ):
        read_annotated([table])
    labels.write_bytes(b"no TIFF")
    with pytest.raises(CrystalError, match=r"mount_labels\.tif: it cannot be read"):
        read_annotated([table])
    labels.unlink()
    with pytest.raises(CrystalError, match=r"names mount_labels\.tif, which is neither"):
        read_annotated([table])
    unnamed = table.rename(tmp_path / "other.csv")
    with pytest.raises(CrystalError, match="does not say where the label images are"):
        read_annotated([unnamed])


def test_what_is_wrong_costs_a_line_and_the_rest_is_read(tmp_path: Path) -> None:
    good = written(tmp_path / "good")
    cut_short, resized, no_table = (written(tmp_path / name) for name in ("cut short", "resized", "no table"))
    image = cut_short.with_name("mount.png")
    image.write_bytes(image.read_bytes()[:60])
    tifffile.imwrite(resized.with_name("mount_labels.tif"), np.ones((9, 9), np.uint8))
    no_table.write_bytes(b"\xff\xfe\0\0")
    errors: list[str] = []
    tables = [no_table, cut_short, good, resized, tmp_path]
    (annotated,) = read_annotated(tables, lambda error: errors.append(str(error)))
    assert annotated.classes == {1: "bright", 2: "dim"}
    words = [str(no_table), str(tmp_path), "cut short", "do not belong together"]
    assert len(errors) == len(words)
    assert all(word in error for word, error in zip(words, errors, strict=True))


NUMBERS = np.array([[0, 1, 1], [2, 2, 0], [0, 0, 9]])


@pytest.mark.parametrize("kind", ["palette.tif", "palette.png", "float.tif", "four bits.png", "uint16.png"])
def test_label_images_are_read_as_their_numbers(tmp_path: Path, kind: str) -> None:
    """Colour tables are for the eye, and some programs store whole numbers as floats."""
    path = tmp_path / kind
    if kind == "palette.tif":
        colours = np.random.default_rng(0).integers(0, 65536, (3, 256)).astype(np.uint16)
        tifffile.imwrite(path, NUMBERS.astype(np.uint8), photometric="palette", colormap=colours)
    elif kind == "palette.png":
        image = Image.fromarray(NUMBERS.astype(np.uint8), "P")
        image.putpalette(list(range(256)) * 3)
        image.save(path)
    elif kind == "float.tif":
        tifffile.imwrite(path, NUMBERS.astype(np.float32))
    elif kind == "four bits.png":
        image = Image.fromarray(NUMBERS.astype(np.uint8), "P")
        image.putpalette([value for level in range(16) for value in [17 * level] * 3])
        image.save(path, bits=4)
    else:
        Image.fromarray(NUMBERS.astype(np.uint16)).save(path)
    labels = read_labels(path)
    np.testing.assert_array_equal(labels, NUMBERS)
    assert labels.dtype.kind == "i"
