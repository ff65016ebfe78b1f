"""GeoJSON as napari reads and writes it, with every feature."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from napari.layers import Shapes
from npe2 import PluginManager

from napari_rocks2net.annotation import CollectionError
from napari_rocks2net.plugin.annotate.geojson_files import geojson_reader, read_shapes, write_shapes

SQUARE = np.array([[0, 0], [0, 10], [8, 10], [8, 0]], float)
TRIANGLE = np.array([[20, 20], [20, 30], [28, 25]], float)


def labelled_shapes(**features: Any) -> Shapes:
    columns = pd.DataFrame({"lithology": pd.Categorical(["granite", "Übergang fein"]), **features})
    return Shapes(
        [SQUARE, TRIANGLE],
        shape_type=["rectangle", "polygon"],
        features=columns,
        edge_color=["#ff0000", "#0000ff"],
    )


def round_trip(layer: Shapes, path: Path) -> Shapes:
    data, meta, kind = layer.as_layer_data_tuple()
    assert write_shapes(str(path), data, meta) == [str(path)]
    ((data, keywords, kind),) = read_shapes(str(path))
    assert kind == "shapes"
    return Shapes(data, **keywords)


def test_shapes_and_features_survive(tmp_path: Path) -> None:
    layer = labelled_shapes(
        probability=[0.25, np.nan], note=["weathered", ""], count=[3, 4], classification=["a", "b"]
    )
    back = round_trip(layer, tmp_path / "regions.geojson")
    assert back.shape_type == ["rectangle", "polygon"]
    for before, after in zip(layer.data, back.data, strict=True):
        np.testing.assert_allclose(after, before, atol=1e-5)
    assert back.features["lithology"].tolist() == ["granite", "Übergang fein"]
    assert back.features["probability"].tolist()[0] == 0.25
    assert np.isnan(back.features["probability"].tolist()[1])
    assert back.features["note"].tolist() == ["weathered", ""]
    assert back.features["count"].tolist() == [3, 4]
    assert back.features["classification"].tolist() == ["a", "b"]
    np.testing.assert_allclose(np.sort(back.edge_color, axis=0), np.sort(layer.edge_color, axis=0), atol=0.01)


def test_qupath_finds_class_name_and_colour(tmp_path: Path) -> None:
    data, meta, _ = labelled_shapes().as_layer_data_tuple()
    write_shapes(str(tmp_path / "regions.geojson"), data, meta)
    document = json.loads((tmp_path / "regions.geojson").read_text(encoding="utf-8"))
    first = document["features"][0]
    assert document["type"] == "FeatureCollection"
    assert first["properties"]["objectType"] == "annotation"
    assert first["properties"]["classification"] == {"name": "granite", "color": [255, 0, 0]}
    # x, y along the edges of pixels, closed.
    assert first["geometry"]["coordinates"][0][:2] == [[0.5, 0.5], [10.5, 0.5]]
    assert first["geometry"]["coordinates"][0][0] == first["geometry"]["coordinates"][0][-1]


def test_what_qupath_writes_is_read(tmp_path: Path) -> None:
    ring = [[0, 0], [12, 0], [12, 6], [0, 6], [0, 0]]
    feature = {
        "type": "Feature",
        "id": "8cd9",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"objectType": "annotation", "classification": {"name": "Tumor", "color": [200, 0, 0]}},
    }
    path = tmp_path / "qupath.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    ((data, keywords, _),) = read_shapes(str(path))
    layer = Shapes(data, **keywords)
    assert layer.features["classification"].tolist() == ["Tumor"]
    np.testing.assert_allclose(layer.edge_color[0][:3], [200 / 255, 0, 0], atol=0.01)
    np.testing.assert_allclose(layer.data[0].max(axis=0), [5.5, 11.5])


def test_lines_are_written_too(tmp_path: Path) -> None:
    layer = Shapes([SQUARE, [[0, 0], [5, 5]]], shape_type=["rectangle", "line"])
    data, meta, _ = layer.as_layer_data_tuple()
    write_shapes(str(tmp_path / "lines.geojson"), data, meta)
    features = json.loads((tmp_path / "lines.geojson").read_text(encoding="utf-8"))["features"]
    assert [each["geometry"]["type"] for each in features] == ["Polygon", "LineString"]


def test_shapes_on_planes_of_a_stack_come_back_to_their_plane(tmp_path: Path) -> None:
    planes = [np.hstack([np.full((4, 1), plane), SQUARE]) for plane in (2, 5)]
    back = round_trip(Shapes(planes, shape_type="rectangle"), tmp_path / "stack.geojson")
    assert [each[0, 0] for each in back.data] == [2, 5]


def test_an_empty_layer_is_written_and_read(tmp_path: Path) -> None:
    assert round_trip(Shapes(), tmp_path / "empty.geojson").nshapes == 0


def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "cut.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")
    with pytest.raises(CollectionError, match=r"cut\.geojson"):
        read_shapes(str(path))


def test_other_files_are_not_ours() -> None:
    assert geojson_reader("shapes.csv") is None
    assert geojson_reader(["a.geojson", "b.tif"]) is None


def test_napari_saves_and_opens_it(make_napari_viewer_proxy: Any, tmp_path: Path) -> None:
    viewer = make_napari_viewer_proxy()
    assert PluginManager.instance().get_manifest("napari-rocks2net").contributions.writers
    viewer.add_layer(labelled_shapes(probability=[0.5, 0.75]))
    path = tmp_path / "saved.geojson"
    assert viewer.layers.save(str(path), plugin="napari-rocks2net") == [str(path)]
    (layer,) = viewer.open(path, plugin="napari-rocks2net")
    assert layer.features["probability"].tolist() == [0.5, 0.75]
    assert layer.features["lithology"].tolist() == ["granite", "Übergang fein"]


def test_holes_that_a_layer_cannot_show_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    outline, hole = ([[a, a], [b, a], [b, b], [a, b], [a, a]] for a, b in ((0, 30), (10, 20)))
    geometries = [{"type": "Polygon", "coordinates": rings} for rings in ([outline, hole], [outline])]
    path = tmp_path / "regions.geojson"
    path.write_text(json.dumps([{"type": "Feature", "geometry": each} for each in geometries]))
    read_shapes(str(path))
    assert "1 of 2 regions of" in caplog.text
    assert "have holes" in caplog.text
