"""Training tables opened as labelled layers, and labelled layers saved as training tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.errors import MultipleReaderError
from napari.layers import Shapes
from npe2 import PluginManager
from PIL import Image as Picture

from napari_rocks2net.annotation import AnnotatedRegion, CollectionError, export_csv, with_regions
from napari_rocks2net.plugin.annotate.table_files import read_tables, table_reader, write_table
from napari_rocks2net.plugin.layers.layer_files import layer_keys
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.samples import Region, load_samples

OURS = "napari-rocks2net"
OUTLINE = "1.0,2.0;11.0,2.0;6.0,22.0"


@pytest.fixture
def table(tmp_path: Path, photos: list[Path]) -> Path:
    """Two labelled photos; the second with a rectangle and a triangle, both with facts of their own."""
    names = [f"photos/{photo.name}" for photo in photos]
    path = tmp_path / "labels.csv"
    path.write_text(
        "file,lithology,grain,section,region,region_outline,feature:note,feature:grains\n"
        f"{names[0]},granite,fine crystal,S1,,,,\n"
        f"{names[2]},Übergang fein,,S2,,,,\n"
        f'{names[2]},basalt,,S2,"4.0,6.0,20.0,30.0",,weathered,12\n'
        f'{names[2]},granite,coarse crystal,S2,"1.0,2.0,11.0,22.0","{OUTLINE}",,\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The notifications that were shown."""
    shown: list[str] = []
    monkeypatch.setattr("napari.utils.notifications.show_warning", shown.append)
    return shown


def rows_of(path: Path, rock_property: str = "lithology") -> set[tuple[Any, ...]]:
    frame = load_samples(path, rock_property, "section").frame
    boxes = [region and region.box for region in frame["region"]]
    return set(zip(frame["file"], frame[rock_property], frame["group"], boxes, strict=True))


def test_a_table_opens_as_its_images_with_labels_and_regions(table: Path, photos: list[Path]) -> None:
    layers = read_tables(str(table))
    assert [(kind, keywords["name"]) for _, keywords, kind in layers] == [
        ("image", photos[0].name),
        ("image", photos[2].name),
        ("shapes", f"{photos[2].name} regions"),
    ]
    for (picture, _, _), photo in zip(layers[:2], (photos[0], photos[2]), strict=True):
        np.testing.assert_array_equal(np.asarray(picture), np.asarray(Picture.open(photo)))
    mark = layers[0][1]["metadata"]["rocks2net"]
    assert mark["labels"] == {"lithology": "granite", "grain": "fine crystal"}
    assert mark["section"] == "S1"
    shapes = Shapes(layers[2][0], **layers[2][1])
    assert shapes.shape_type == ["rectangle", "polygon"]
    assert shapes.features["lithology"].tolist() == ["basalt", "granite"]
    assert shapes.features["note"].tolist() == ["weathered", ""]
    assert shapes.features["grains"].tolist()[0] == 12
    # In a layer the centre of the first pixel is at 0, in a table at 0.5.
    np.testing.assert_allclose(shapes.data[0].min(axis=0), [3.5, 5.5])
    np.testing.assert_allclose(shapes.data[1], [[0.5, 1.5], [10.5, 1.5], [5.5, 21.5]])


def test_only_the_first_image_is_shown_and_read(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_rocks2net.annotation.image_files.read_pixels", pytest.fail)
    assert [keywords["visible"] for _, keywords, _ in read_tables(str(table))] == [True, False, False]


def test_the_round_trip_through_a_viewer_keeps_every_sample(table: Path, layers: Any) -> None:
    opened = layers.open(table, plugin=OURS)
    written = table.with_name("again.csv")
    assert layers.layers.save(str(written)) == [str(written)]
    for rock_property in ("lithology", "grain"):
        assert rows_of(written, rock_property) == rows_of(table, rock_property)
    back = Shapes(*read_tables(str(written))[2][:1], **read_tables(str(written))[2][1])
    assert back.features["note"].tolist() == ["weathered", ""]
    assert back.features["grain"].tolist() == ["", "coarse crystal"]
    for before, after in zip(opened[2].data, back.data, strict=True):
        np.testing.assert_allclose(after, before, atol=1e-3)


def test_what_the_annotate_widget_shows_is_saved(
    widget: Any, viewer: Any, tmp_path: Path, photos: list[Path]
) -> None:
    annotator = widget.annotator
    collection = annotator.collection.labelled([annotator.current], "lithology", "basalt")
    region = AnnotatedRegion.new(Region.rectangle(2, 3, 12, 23)).labelled("lithology", "granite")
    annotator.apply(with_regions(collection, {annotator.current: [region]}), "label")
    path = tmp_path / "shown.csv"
    viewer.layers.save(str(path))
    assert rows_of(path) == {
        (str(photos[0]), "basalt", "S1", None),
        (str(photos[0]), "granite", "S1", (2, 3, 12, 23)),
    }


def test_layers_of_a_table_join_a_collection_as_their_files(
    table: Path, widget: Any, viewer: Any, layers_read: Any
) -> None:
    layers = viewer.open(table, plugin=OURS)
    keys = [image.key for image in widget.annotator.collection.images]
    assert [layer_keys(layer) for layer in layers[:2]] == [(keys[0],), (keys[2],)]
    widget.file_panel.adding.add_open_layers()
    layers_read(widget)
    assert [image.key for image in widget.annotator.collection.images] == keys


def test_layers_of_a_table_bring_their_labels_and_regions(
    table: Path, open_widget: Any, viewer: Any, tmp_path: Path, layers_read: Any
) -> None:
    viewer.open(table, plugin=OURS)
    widget = open_widget()
    widget.file_panel.new_collection(tmp_path / "new.collection.json")
    widget.file_panel.adding.add_open_layers()
    layers_read(widget)
    written = export_csv(widget.annotator.collection, tmp_path / "all.csv")
    assert rows_of(written) == rows_of(table)
    widget.annotator.undo()
    assert len(widget.annotator.collection) == 0


def test_missing_and_damaged_images_are_named_in_one_line(
    table: Path, photos: list[Path], warned: list[str]
) -> None:
    photos[2].write_bytes(b"no picture")
    (layer,) = read_tables(str(table))
    assert layer[1]["name"] == photos[0].name
    assert len(warned) == 1
    assert "1 image of labels.csv" in warned[0]
    assert photos[2].name in warned[0]


def test_a_table_without_any_of_its_images_says_so(table: Path, photos: list[Path]) -> None:
    for photo in photos:
        photo.unlink()
    with pytest.raises(CollectionError, match="None of the 2 images"):
        read_tables(str(table))


def test_any_column_that_means_the_thin_section_is_recognised(table: Path) -> None:
    table.write_text(table.read_text("utf-8").replace("section", "sample"), encoding="utf-8")
    mark = read_tables(str(table))[0][1]["metadata"]["rocks2net"]
    assert mark["section"] == "S1"
    assert "sample" not in mark["labels"]


def test_a_table_too_long_for_layers_says_where_it_can_be_opened(tmp_path: Path) -> None:
    rows = [f"photo{number}.png,granite" for number in range(51)]
    (tmp_path / "many.csv").write_text("\n".join(["file,rock", *rows]), encoding="utf-8")
    with pytest.raises(CollectionError, match=r"many\.csv lists 51 images.*Import > Labels from CSV"):
        read_tables(str(tmp_path / "many.csv"))


def test_planes_of_stacks_open_as_they_are(tmp_path: Path) -> None:
    import tifffile

    stack = np.arange(3 * 8 * 9, dtype=np.uint8).reshape(3, 8, 9)
    tifffile.imwrite(tmp_path / "stage.tif", stack, photometric="minisblack")
    table = tmp_path / "labels.csv"
    table.write_text("file,rock,section,stack_plane\nstage.tif,granite,B,2\n", encoding="utf-8")
    ((picture, keywords, _),) = read_tables(str(table))
    assert picture.shape == (8, 9, 3)
    np.testing.assert_array_equal(np.asarray(picture)[..., 0].argmax(), stack[2].argmax())
    assert keywords["name"] == "stage.tif [2]"


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_photos_of_a_turned_camera_open_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    exif = Picture.Exif()
    exif[274] = orientation
    Picture.new("RGB", (30, 20), "red").save(tmp_path / f"photo{suffix}", exif=exif)
    (tmp_path / "labels.csv").write_text(f"file,rock\nphoto{suffix},granite\n", encoding="utf-8")
    ((picture, _, _),) = read_tables(str(tmp_path / "labels.csv"))
    assert picture.shape == np.asarray(picture).shape == ((20, 30, 3) if orientation == 1 else (30, 20, 3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "index,axis-0,axis-1\n0,1.0,2.0\n",
        "index,shape-type,vertex-index,axis-0,axis-1\n0,rectangle,0,1.0,2.0\n",
        "file\na.jpg\n",
        "file,size\nnotes.txt,12\n",
        "file,property,label,probability,p_granite\na.jpg,rock,granite,0.9,0.9\n",
        "file,rock\n",
        'file,rock\n"a.jpg,granite\n',
    ],
)
def test_other_tables_are_not_ours(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    assert table_reader(str(path)) is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_ours_however_a_spreadsheet_wrote_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("File;Rock\r\nDünn.jpg;granite\r\n".encode(encoding))
    assert table_reader(str(path)) is read_tables


def test_files_that_are_missing_are_not_ours(tmp_path: Path) -> None:
    assert table_reader(str(tmp_path / "missing.csv")) is None
    assert table_reader([]) is None


@pytest.mark.parametrize("kind", ["points", "shapes"])
def test_napari_still_reads_its_own_tables(layers: Any, tmp_path: Path, kind: str) -> None:
    corners = np.array([[0, 0], [0, 10], [8, 10], [8, 0]], float)
    layer = layers.add_points(corners) if kind == "points" else layers.add_shapes([corners])
    path = tmp_path / "mine.csv"
    layer.save(str(path))
    (opened,) = layers.open(path, plugin=None)  # nothing is asked
    assert type(opened).__name__.lower() == kind
    np.testing.assert_allclose(np.asarray(opened.data), np.asarray(layer.data))


def test_without_a_choice_napari_asks_as_for_any_two_readers(layers: Any, table: Path) -> None:
    with pytest.raises(MultipleReaderError, match="napari-rocks2net"):
        layers.open(table, plugin=None)


def test_a_remembered_choice_opens_the_table(layers: Any, table: Path) -> None:
    from napari.settings import get_settings

    get_settings().plugins.extension2reader = {"*.csv": OURS}
    assert len(layers.open(table, plugin=None)) == 3


def test_npe2_passes_other_tables_on(tmp_path: Path) -> None:
    from npe2 import read

    path = tmp_path / "points.csv"
    path.write_text("index,axis-0,axis-1\n0,1.0,2.0\n", encoding="utf-8")
    assert PluginManager.instance().get_manifest(OURS).contributions.readers
    ((_, _, kind),) = read([str(path)], stack=False)
    assert kind == "points"


def test_layers_that_show_no_file_are_named(
    table: Path, layers: Any, tmp_path: Path, warned: list[str]
) -> None:
    layers.open(table, plugin=OURS)
    layers.add_image(np.zeros((40, 60)), name="scratch")
    layers.add_shapes(np.array([[0, 0], [0, 5], [5, 5]]), shape_type="polygon", name="doodle")
    path = tmp_path / "some.csv"
    layers.layers.save(str(path), plugin=OURS)
    assert rows_of(path) == rows_of(table)
    assert "scratch" in warned[0]
    assert "doodle" in warned[0]


def test_images_of_no_file_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    with pytest.raises(CollectionError, match="Annotate"):
        write_table(str(path), [(np.zeros((4, 5)), {"name": "scratch", "metadata": {}}, "image")])
    assert not path.exists()


def test_shapes_beside_a_single_image_are_its_regions(tmp_path: Path, photos: list[Path]) -> None:
    image = {"name": "photo", "metadata": {"rocks2net": {"file": str(photos[0]), "labels": {}}}}
    corners = np.array([[0, 0], [0, 10], [8, 10], [8, 0]], float)
    shapes = Shapes([corners], shape_type="rectangle", features={"class": ["granite"]})
    write_table(str(tmp_path / "one.csv"), [(None, image, "image"), shapes.as_layer_data_tuple()])
    assert rows_of(tmp_path / "one.csv", "class") == {
        (str(photos[0]), "granite", "S1", (0.5, 0.5, 8.5, 10.5))
    }


def test_commands_without_a_path_ask_for_it(
    viewer: Any, table: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table_of_any_name, written = table.rename(table.with_name("any name.csv")), tmp_path / "out.csv"
    monkeypatch.setattr(questions, "ask_open_file", lambda *_: table_of_any_name)
    monkeypatch.setattr(questions, "ask_save_file", lambda *_: written)
    commands = PluginManager.instance().commands
    commands.execute(f"{OURS}.read_table")
    assert len(viewer.layers) == 3
    viewer.layers.selection.update(viewer.layers)
    assert commands.execute(f"{OURS}.write_table") == [str(written)]
    assert rows_of(written, "lithology") == rows_of(table_of_any_name, "lithology")


@pytest.mark.parametrize(
    "name", ["read_table", "write_table", "read_geojson", "write_geojson", "read_collection"]
)
def test_a_question_that_is_cancelled_does_nothing(
    layers: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for question in ("ask_open_file", "ask_save_file"):
        monkeypatch.setattr(questions, question, lambda *_: None)
    assert not PluginManager.instance().commands.execute(f"{OURS}.{name}")
    assert not len(layers.layers)
