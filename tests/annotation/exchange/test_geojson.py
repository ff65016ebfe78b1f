from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from napari_rocks2net.annotation import (
    AnnotatedRegion,
    AnnotationCollection,
    CollectionError,
    CollectionExistsError,
    ImageKey,
    Vocabulary,
    export_geojson,
    import_geojson,
    import_remarks,
    read_collection,
    read_geojson,
    with_regions,
    write_collection_file,
    write_geojson,
)
from napari_rocks2net.samples import Region

SQUARE = [[2, 1], [22, 1], [22, 11], [2, 11], [2, 1]]


def annotation(classification=None, ring=SQUARE, **feature):
    """A feature as QuPath 0.5 writes it."""
    properties = {"objectType": "annotation"}
    if classification is not None:
        properties["classification"] = classification
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "id": "a1", "geometry": geometry, "properties": properties} | feature


@pytest.fixture
def write(tmp_path):
    """Write a GeoJSON file."""

    def write_document(document):
        path = tmp_path / "qupath.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write_document


@pytest.fixture
def key(collection):
    return collection.images[0].key


def collected(*features):
    return {"type": "FeatureCollection", "features": list(features)}


@settings(max_examples=40)
@given(st.data())
def test_regions_come_back_as_they_were(tmp_path_factory, collections, data):
    collection = data.draw(collections.filter(lambda c: c.vocabularies and c.images))
    image = data.draw(st.sampled_from(collection.images))
    property = data.draw(st.sampled_from(collection.vocabularies)).property
    path = tmp_path_factory.mktemp("geojson") / "regions.geojson"
    export_geojson(collection, path, image.key, property)
    cleared = with_regions(collection, {image.key: []})
    assert import_geojson(cleared, path, image.key, property) == collection
    # The labels of every property are in the file, so that it does not matter which is asked for.
    assert read_geojson(path, "something else").regions == image.regions


def test_the_file_is_what_qupath_reads(tmp_path, labelled):
    image = labelled.images[2]
    document = json.loads(export_geojson(labelled, tmp_path / "r.geojson", image.key, "rock").read_bytes())
    rectangle, polygon = document["features"]
    assert document["type"] == "FeatureCollection"
    assert rectangle["id"] == image.regions[0].id
    assert rectangle["geometry"] == {
        "type": "Polygon",
        "coordinates": [[[2, 1], [22, 1], [22, 11], [2, 11], [2, 1]]],
    }
    assert rectangle["properties"]["objectType"] == "annotation"
    assert rectangle["properties"]["classification"] == {"name": "basalt", "color": [0, 0x9E, 0x73]}
    assert polygon["geometry"]["coordinates"] == [[[0, 0], [5, 10], [15, 2.5], [0, 0]]]
    assert polygon["properties"]["classification"]["name"] == "granite"


def test_a_region_without_the_property_has_no_classification(tmp_path, labelled, key):
    collection = with_regions(labelled, {key: [AnnotatedRegion.new(Region.rectangle(0, 0, 2, 2))]})
    (feature,) = json.loads(export_geojson(collection, tmp_path / "r", key, "rock").read_bytes())["features"]
    assert "classification" not in feature["properties"]


def test_an_annotation_of_qupath_becomes_a_region(write, collection, key):
    path = write(collected(annotation({"name": "basalt", "color": [1, 2, 3]})))
    imported = import_geojson(collection, path, key, "rock")
    (region,) = imported.image(key).regions
    assert (region.id, region.area.kind, region.area.box, region.labels) == (
        "a1",
        "rectangle",
        (1, 2, 11, 22),
        {"rock": "basalt"},
    )
    assert imported.vocabularies == collection.vocabularies


@pytest.mark.parametrize(
    "classification",
    [{"name": "Gneis", name: colour} for name in ("color", "colorRGB") for colour in (-65520, 0xFF0010)]
    + [{"name": "Gneis", "color": [255, 0, 16]}, {"names": ["Gneis"], "color": "#FF0010"}],
)
def test_a_new_class_comes_with_its_colour(write, collection, key, classification):
    imported = import_geojson(collection, write(collected(annotation(classification))), key, "rock")
    assert imported.vocabulary("rock").classes[-1] == "Gneis"
    assert imported.vocabulary("rock").colour_of("Gneis") == "#ff0010"
    assert imported.image(key).regions[0].labels == {"rock": "Gneis"}


def test_a_class_without_a_colour_gets_one(write, collection, key):
    for classification in ("Gneis", {"name": "Gneis"}, {"names": ["Gneis"]}):
        imported = import_geojson(collection, write(collected(annotation(classification))), key, "rock")
        assert imported.vocabulary("rock").classes[-1] == "Gneis"


def test_an_annotation_without_a_class_is_a_region_without_a_label(write, collection, key):
    imported = import_geojson(collection, write(collected(annotation())), key, "rock")
    assert imported.image(key).regions[0].labels == {}


@pytest.mark.parametrize("document", [[annotation()], annotation(), collected(annotation())])
def test_lists_and_single_features_are_read_too(write, collection, key, document):
    assert len(import_geojson(collection, write(document), key, "rock").image(key).regions) == 1


def test_a_second_import_updates_instead_of_doubling(write, collection, key):
    once = import_geojson(collection, write(collected(annotation({"name": "basalt"}))), key, "rock")
    again = import_geojson(once, write(collected(annotation({"name": "granite"}))), key, "rock")
    assert [dict(region.labels) for region in again.image(key).regions] == [{"rock": "granite"}]


def test_other_regions_of_the_image_stay(write, labelled):
    key = labelled.images[2].key
    imported = import_geojson(labelled, write(collected(annotation())), key, "rock")
    assert imported.image(key).regions[:2] == labelled.image(key).regions
    assert len(imported.image(key).regions) == 3


def test_annotations_that_share_an_id_are_distinguished(write, collection, key):
    # QuPath 0.2 wrote the type of the object for its id.
    other = [[0, 0], [5, 0], [5, 5], [0, 0]]
    path = write(
        collected(annotation(id="PathAnnotationObject"), annotation(id="PathAnnotationObject", ring=other))
    )
    imported = import_geojson(collection, path, key, "rock")
    assert [region.area.kind for region in imported.image(key).regions] == ["rectangle", "polygon"]
    assert import_geojson(imported, path, key, "rock") == imported


def test_every_part_of_a_multipolygon_is_a_region(write, collection, key):
    hole = [[4, 4], [5, 4], [5, 5], [4, 4]]
    parts = [[SQUARE, hole], [[[12, 0], [15, 0], [15, 9], [12, 0]]]]
    path = write(collected(annotation(geometry={"type": "MultiPolygon", "coordinates": parts})))
    imported = import_geojson(collection, path, key, "rock")
    assert [region.area.box for region in imported.image(key).regions] == [(1, 2, 11, 22), (0, 12, 9, 15)]
    assert import_geojson(imported, path, key, "rock") == imported


def test_holes_survive_the_collection_and_the_export_while_the_outline_is_theirs(
    write, collection, key, tmp_path
):
    hole = [[4, 4], [5, 4], [5, 5], [4, 4]]
    square = {"type": "Polygon", "coordinates": [SQUARE, hole]}
    write_collection_file(
        tmp_path / "c.json",
        import_geojson(collection, write(collected(annotation(geometry=square))), key, "rock"),
    )
    reopened = read_collection(tmp_path / "c.json")
    path = export_geojson(reopened, tmp_path / "r.geojson", key, "rock")
    assert json.loads(path.read_bytes())["features"][0]["geometry"] == square
    [region] = reopened.image(key).regions
    moved = with_regions(reopened, {key: [replace(region, area=Region.rectangle(0, 0, 3, 4))]})
    path = export_geojson(moved, tmp_path / "moved.geojson", key, "rock")
    assert len(json.loads(path.read_bytes())["features"][0]["geometry"]["coordinates"]) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda each: each,
        lambda each: [each],
        lambda each: {"type": "GeometryCollection", "geometries": [each]},
    ],
)
def test_geometries_alone_are_regions(write, collection, key, make):
    path = write(make({"type": "Polygon", "coordinates": [SQUARE]}))
    [region] = import_geojson(collection, path, key, "rock").image(key).regions
    assert region.area.box == (1, 2, 11, 22)


def test_an_outline_of_nothing_and_a_strange_colour_cost_no_other_region(write, collection, key):
    nothing = annotation(id="n", geometry={"type": "Polygon", "coordinates": []})
    red, odd = ({"name": name, "color": colour} for name, colour in (("ash", "#Ff0000"), ("tuff", "red")))
    path = write(collected(nothing, annotation(red, id="r"), annotation(odd, id="o")))
    imported = import_geojson(collection, path, key, "rock")
    assert len(imported.image(key).regions) == 2
    assert imported.vocabulary("rock").colour_of("ash") == "#ff0000"
    assert import_remarks(collection, path, key).sentences == (
        "1 feature not read: cells and the like, or without an area."
    )


@pytest.mark.parametrize(
    ("plane", "place"),
    [
        ({"c": 1, "z": 0, "t": 0}, (1,)),
        ({"c": -1, "z": 1, "t": 0}, (1,)),
        ({"c": 0, "z": 0, "t": 1}, (1,)),
        ({"c": -1, "z": 1, "t": 1}, None),
        ({"c": 1, "z": 1, "t": 0}, None),
    ],
)
def test_on_a_stack_of_one_axis_only_one_position_can_be_meant(write, tmp_path, plane, place):
    keys = [ImageKey.of(tmp_path / "stack.tif", (at,)) for at in range(2)]
    collection = AnnotationCollection((Vocabulary.of_classes("rock", ["basalt"]),)).with_images(keys)
    path = write(collected(annotation(geometry={"type": "Polygon", "coordinates": [SQUARE], "plane": plane})))
    imported = import_geojson(collection, path, keys[0], "rock")
    assert [image.key.plane for image in imported.images if image.regions] == ([place] if place else [])
    assert import_remarks(collection, path, keys[0]).without_image == (place is None)


def test_other_features_and_properties_survive_the_collection_and_the_export(
    write, collection, key, tmp_path
):
    cell = annotation(id="c1") | {"properties": {"objectType": "detection"}}
    point = annotation(id="p1", geometry={"type": "Point", "coordinates": [3, 4]})
    nothing = annotation(id="n1", ring=[[1, 1], [1, 1], [1, 1], [1, 1]])
    measured = annotation({"name": "basalt"})
    measured["properties"] |= {"name": "Feld 7", "isLocked": True, "measurements": {"Area": 3.5}}
    imported = import_geojson(collection, write(collected(cell, measured, point, nothing)), key, "rock")
    assert len(imported.image(key).regions) == 1
    write_collection_file(tmp_path / "c.json", imported)
    reopened = read_collection(tmp_path / "c.json")
    path = export_geojson(reopened, tmp_path / "r.geojson", key, "rock")
    region, *others = json.loads(path.read_bytes())["features"]
    assert others == [cell, point, nothing]
    assert region["properties"]["name"] == "Feld 7"
    assert region["properties"]["isLocked"] is True
    assert region["properties"]["measurements"] == {"Area": 3.5}


def test_regions_alone_are_written_and_read(tmp_path):
    vocabulary = Vocabulary.of_classes("rock", ["basalt"])
    area = Region.rectangle(0, 0, 3, 4)
    region = AnnotatedRegion.new(area, {"rock": "basalt"}, {"properties": {"note": "ö"}})
    contents = read_geojson(write_geojson(tmp_path / "r.geojson", [region], vocabulary), "rock")
    assert contents.regions == (region,)
    assert contents.colours == {"rock": {"basalt": vocabulary.colours[0]}}


def test_an_existing_file_is_not_replaced_unasked(write, labelled, key):
    path = write(collected())
    with pytest.raises(CollectionExistsError):
        export_geojson(labelled, path, key, "rock")
    assert json.loads(path.read_bytes()) == collected()
    export_geojson(labelled, path, key, "rock", overwrite=True)


@pytest.mark.parametrize(
    "document",
    [
        3,
        {},
        {"features": 1},
        [1],
        collected(annotation(geometry={"type": "Polygon"})),
        collected(annotation(ring=[[1], [2]])),
        collected(annotation(ring=[["a", "b"], [2, 3], [4, 5]])),
        collected(annotation(properties=3)),
        collected(annotation(properties={"classification": 3})),
        collected(annotation({"name": "two\nlines"})),
        collected(annotation({"name": "a", "color": [1]})),
    ],
)
def test_what_is_no_geojson_of_annotations_is_refused_in_one_sentence(write, collection, key, document):
    path = write(document)
    with pytest.raises(CollectionError) as caught:
        import_geojson(collection, path, key, "rock")
    assert "qupath.geojson" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_file_is_refused(tmp_path, collection, key):
    (tmp_path / "r.geojson").write_text('{"type": "FeatureCollection", "features": [')
    with pytest.raises(CollectionError, match=r"r\.geojson is damaged"):
        import_geojson(collection, tmp_path / "r.geojson", key, "rock")


def test_an_image_that_does_not_exist_gets_no_regions(write, key):
    with pytest.raises(CollectionError, match="not in the collection"):
        import_geojson(AnnotationCollection(), write(collected(annotation())), key, "rock")


def test_regions_of_a_stack_go_to_their_own_planes_and_those_without_one_are_counted(write, tmp_path):
    """QuPath names z and t; the collection holds planes 0 and 1 of three."""
    keys = [ImageKey.of(tmp_path / "stack.tif", (z,)) for z in (0, 1)]
    stack = AnnotationCollection().with_images(keys)
    features = [
        annotation(name, id=name, geometry={"type": "Polygon", "coordinates": [SQUARE], "plane": {"z": z}})
        for z, name in enumerate(("quartz", "mica", "feldspar"))
    ]
    path = write(collected(*features))

    read = import_geojson(stack, path, keys[0], "mineral")

    assert [[each.labels["mineral"] for each in read.image(key).regions] for key in keys] == [
        ["quartz"],
        ["mica"],
    ]
    assert import_remarks(stack, path, keys[0]).without_image == 1


def test_a_plane_that_was_written_is_read_to_its_own_place_whatever_is_shown(tmp_path):
    keys = [ImageKey.of(tmp_path / "stack.tif", (z,)) for z in range(3)]
    region = AnnotatedRegion("a", Region.rectangle(0, 0, 4, 4), {"mineral": "mica"})
    write_geojson(tmp_path / "a.geojson", [region], Vocabulary.of_classes("mineral", ["mica"]), plane=(2,))

    read = import_geojson(
        AnnotationCollection().with_images(keys), tmp_path / "a.geojson", keys[0], "mineral"
    )

    assert [len(read.image(key).regions) for key in keys] == [0, 0, 1]


def test_the_regions_of_a_whole_collection_go_out_and_in_again(tmp_path):
    """The ids of two images are the same, as after a copy: each keeps its own."""
    keys = [ImageKey.of(tmp_path / name) for name in ("a.jpg", "sub/a.jpg")]
    keys += [ImageKey.of(tmp_path / "stack.tif", (1, 2, 0))]
    line = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        "properties": {},
    }
    collection = AnnotationCollection((Vocabulary.of_classes("mineral", ["mica"]),)).with_images(keys)
    for number, key in enumerate(keys):
        area = Region.rectangle(0, 0, 4, 4 + number)
        collection = with_regions(collection, {key: [AnnotatedRegion("same", area, {"mineral": "mica"})]})
    image = replace(collection.images[1], extra={"other_features": [line]})
    collection = replace(collection, images=(collection.images[0], image, collection.images[2]))

    path = export_geojson(collection, tmp_path / "all.geojson", None, "mineral")
    bare = AnnotationCollection().with_images(keys)

    read = import_geojson(bare, path, None, "mineral")
    assert read.images == collection.images
    assert import_geojson(read, path, None, "mineral") == read
    assert import_remarks(bare.without_images(keys[:1]), path, None).without_image == 1
    # Of one image only what is its own.
    alone = import_geojson(bare, path, keys[0], "mineral")
    assert [len(each.regions) for each in alone.images] == [1, 0, 0]


def test_a_file_called_like_one_image_is_read_into_it(write, tmp_path):
    path = write(collected(annotation()))
    keys = [ImageKey.of(tmp_path / f"{path.stem}.jpg"), ImageKey.of(tmp_path / "other.jpg")]
    collection = AnnotationCollection().with_images(keys)
    assert [len(each.regions) for each in import_geojson(collection, path, None, "rock").images] == [1, 0]
    twice = collection.with_images([tmp_path / "more" / f"{path.stem}.jpg"])
    assert not any(each.regions for each in import_geojson(twice, path, None, "rock").images)
    assert import_remarks(twice, path, None).without_image == 1


def square(y0: float, x0: float, y1: float, x1: float) -> dict:
    return {"type": "Polygon", "coordinates": [[[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]]}


def test_what_lies_beside_the_image_is_left_out_and_what_lies_on_it_in_part_is_cut(write, tmp_path):
    key = ImageKey.of(tmp_path / "photo.png")
    Image.new("RGB", (30, 20)).save(key.file)
    triangle = {"type": "Polygon", "coordinates": [[[20, 0], [40, 10], [20, 20], [20, 0]]]}
    shapes = {
        "inside": square(2, 3, 9, 9),
        "rounded": square(-0.4, 0, 20.6, 9),
        "beside": square(2, 31.5, 9, 40),
        "below zero": square(-20, -30, -2, -2),
        "in part": square(10, 20, 22, 36),
        "mostly beside": square(10, 20, 30, 60),
        "triangle": triangle,
    }
    path = write(collected(*(annotation(id=name, geometry=each) for name, each in shapes.items())))
    collection = AnnotationCollection().with_images([key])

    regions = import_geojson(collection, path, key, "rock").image(key).regions

    assert {each.id: each.area for each in regions} == {
        "inside": Region.rectangle(2, 3, 9, 9),
        "rounded": Region.rectangle(-0.4, 0, 20.6, 9),
        "in part": Region.rectangle(10, 20, 20, 30),
        "triangle": Region(((0, 20), (5, 30), (15, 30), (20, 20))),
    }
    left_out = import_remarks(collection, path, key)
    assert (left_out.without_image, left_out.outside, left_out.cut) == (0, 3, 2)
    assert left_out.sentences == (
        "3 regions left out: outside the image, or for the most part. "
        "2 regions cut at the border of the image."
    )


@pytest.mark.parametrize(
    ("name", "corner", "is_map"),
    [
        ("urn:ogc:def:crs:EPSG::4326", 7.5, True),
        ("EPSG:32632", 500_000.0, True),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 46.0, True),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 400.0, False),
        ("", 7.5, False),
    ],
)
def test_places_on_a_map_are_no_pixels(write, tmp_path, name, corner, is_map):
    """QGIS names the reference system of what was drawn on a map; some programs always name degrees."""
    key = ImageKey.of(tmp_path / "photo.png")
    Image.new("RGB", (500, 500)).save(key.file)
    collection = AnnotationCollection().with_images([key])
    path = write(
        collected(annotation(geometry=square(corner, corner, corner + 9, corner + 9)))
        | ({"crs": {"type": "name", "properties": {"name": name}}} if name else {})
    )
    if is_map:
        with pytest.raises(CollectionError, match=r"places on a map .*export it again"):
            import_geojson(collection, path, key, "rock")
    else:
        assert len(import_geojson(collection, path, key, "rock").image(key).regions) == 1


def test_regions_of_a_file_that_is_missing_are_kept_wherever_they_lie(write, collection, key):
    path = write(collected(annotation(geometry=square(0, 0, 9000, 9000))))
    key.file.unlink()
    assert len(import_geojson(collection, path, key, "rock").image(key).regions) == 1
    assert import_remarks(collection, path, key).sentences == ""
