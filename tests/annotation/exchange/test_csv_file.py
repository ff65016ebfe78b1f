from __future__ import annotations

from dataclasses import replace

import pandas as pd
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
    export_csv,
    import_csv,
    table_remarks,
    with_regions,
)
from napari_rocks2net.samples import Region, SampleError, load_samples


@pytest.fixture
def table(tmp_path, labelled):
    return export_csv(labelled, tmp_path / "labels.csv")


def content_of(collection):
    """What a table can say of a collection."""
    return [
        (image.key, image.section, dict(image.labels), [(r.area.box, dict(r.labels)) for r in image.regions])
        for image in collection.images
    ]


def test_the_table_is_what_training_reads(table, labelled):
    frame = load_samples(table, "rock", "section").frame
    assert len(frame) == labelled.label_count("rock")
    assert frame["file"].tolist() == [str(labelled.images[at].file) for at in (0, 1, 2, 2)]
    assert frame["rock"].tolist() == ["granite", "schist à grenat", "basalt", "granite"]
    assert frame["group"].tolist() == ["Dünnschliff 1"] * 2 + ["Dünnschliff 2"] * 2
    boxes = [region and region.box for region in frame["region"]]
    assert boxes == [None, None, (1, 2, 11, 22), (0, 0, 10, 15)]


def test_the_table_names_files_relatively(table):
    assert pd.read_csv(table)["file"].tolist()[0] == "photos/Dünnschliff 1_10x_PPL.png"


def test_an_empty_collection_learns_everything_from_the_table(table, labelled):
    collection = import_csv(AnnotationCollection(), table)
    assert content_of(collection) == content_of(labelled)
    assert set(collection.vocabulary("rock").classes) == {"granite", "schist à grenat", "basalt"}


def test_a_second_import_changes_nothing(table, labelled):
    once = import_csv(labelled, table)
    assert import_csv(once, table) == once
    assert [image.regions for image in once.images] == [image.regions for image in labelled.images]


@settings(max_examples=40)
@given(st.data())
def test_what_is_imported_is_what_was_exported(tmp_path_factory, collections, data):
    collection = data.draw(collections)
    path = export_csv(collection, tmp_path_factory.mktemp("table") / "labels.csv")
    start = AnnotationCollection(collection.vocabularies, section_pattern=collection.section_pattern)
    imported = import_csv(start, path)
    # The table has no polygons, so that regions with one box are one.
    assert content_of(imported) == content_of(collection)
    assert imported.vocabularies == collection.vocabularies


def test_labels_of_the_table_win_and_empty_ones_say_nothing(labelled, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "file,rock,section\n"
        "photos/Dünnschliff 1_10x_PPL.png,basalt,\n"
        "photos\\Dünnschliff 1_10x_XPL.png,,S 9\n",
        encoding="utf-8-sig",
    )
    collection = import_csv(labelled, path)
    assert collection.images[0].labels == {"rock": "basalt"}
    assert collection.images[1].labels == {"rock": "schist à grenat"}
    assert collection.images[1].origins == {"rock": "corrected"}
    assert collection.images[1].section == "S 9"
    assert collection.images[1].section_by_person
    assert collection.images[0].section == "Dünnschliff 1"


@pytest.mark.parametrize("name", ["thin_section", "sample", "group"])
def test_the_thin_section_is_recognised_under_its_usual_names(tmp_path, name):
    path = tmp_path / "t.csv"
    path.write_text(f"file,{name},rock\na.png,7,basalt\n", encoding="utf-8")
    (image,) = import_csv(AnnotationCollection(), path).images
    assert (image.section, image.labels) == ("7", {"rock": "basalt"})


def test_only_properties_of_the_collection_are_read_unless_others_are_named(tmp_path, rock):
    path = tmp_path / "t.csv"
    path.write_text("file,sample,light,rock,grain\na.png,7,PPL,basalt,fine\n", encoding="utf-8")
    collection = import_csv(AnnotationCollection((rock,)), path, section="sample")
    assert collection.images[0].labels == {"rock": "basalt"}
    assert collection.images[0].section == "7"
    collection = import_csv(AnnotationCollection((rock,)), path, properties=["grain"], section="sample")
    assert collection.images[0].labels == {"grain": "fine"}
    assert collection.vocabulary("grain").classes == ("fine",)


def test_files_that_are_missing_are_added_as_missing(tmp_path):
    (tmp_path / "t.csv").write_text("file,rock\ngone.png,basalt\n", encoding="utf-8")
    (image,) = import_csv(AnnotationCollection(), tmp_path / "t.csv").images
    assert image.missing
    assert image.labels == {"rock": "basalt"}


def test_planes_and_their_regions_come_back(tmp_path, rock):
    keys = [ImageKey.of(tmp_path / "stack.tif", (1, plane)) for plane in range(2)]
    region = AnnotatedRegion.new(Region.rectangle(0, 0, 4.5, 4)).labelled("rock", "basalt")
    collection = AnnotationCollection((rock,)).with_images(keys).labelled(keys, "rock", "granite")
    collection = with_regions(collection, {keys[1]: [region]}).with_section(keys[:1], "S")
    path = export_csv(collection, tmp_path / "t.csv")
    assert content_of(import_csv(AnnotationCollection(), path)) == content_of(collection)


def test_training_refuses_a_table_of_planes_instead_of_taking_the_first(tmp_path, rock, write_photo):
    path = write_photo(tmp_path / "stack.png")
    keys = [ImageKey.of(path, (plane,)) for plane in range(2)]
    collection = AnnotationCollection((rock,)).with_images(keys).labelled(keys, "rock", "granite")
    with pytest.raises(SampleError, match="planes of stacks; train from the collection"):
        load_samples(export_csv(collection, tmp_path / "t.csv"), group="section")


def test_a_table_may_say_how_the_light_is_polarised(tmp_path):
    (tmp_path / "t.csv").write_text("file,plane,rock\na.png,PPL,basalt\n", encoding="utf-8")
    collection = import_csv(AnnotationCollection(), tmp_path / "t.csv")
    assert collection.images[0].labels == {"plane": "PPL", "rock": "basalt"}


def test_an_existing_file_is_not_replaced_unasked(table, labelled):
    before = table.read_bytes()
    with pytest.raises(CollectionExistsError, match="exists already"):
        export_csv(labelled.without_vocabulary("rock"), table)
    assert table.read_bytes() == before
    export_csv(labelled.without_vocabulary("rock"), table, overwrite=True)
    assert table.read_bytes() != before


def test_a_collection_without_images_is_a_header(tmp_path):
    path = export_csv(AnnotationCollection((Vocabulary("rock"),)), tmp_path / "t.csv")
    assert path.read_text(encoding="utf-8") == "file,rock,section,region\n"
    assert import_csv(AnnotationCollection(), path) == AnnotationCollection()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"image,rock\na.png,basalt\n", "no column 'file'; its columns are 'image', 'rock'"),
        (b"file,grain\na.png,fine\n", "no column 'rock'"),
        (b"file,rock\na.png\n", "Row 2 .* has 1 cells and the first row 2"),
        (b"file,rock,region\na.png,basalt,1\n", "not four numbers"),
        (b'file,rock,region\na.png,basalt,"1,2,x,4"\n', "a.png"),
        (b'file,rock,region\na.png,basalt,"5,2,1,4"\n', "labels.csv: .*y0 < y1"),
        (b"file,rock,stack_plane\na.tif,basalt,x\n", "a.tif"),
        (b"file,rock,section\na.png,basalt,1\na.png,,2\n", "in the thin sections '1' and '2'"),
        (b"file,rock\na.png,basalt\na.png,granite\n", "labelled 'basalt' and 'granite'"),
        (b"file,rock\n,basalt\n", "is no file name"),
        (b'file,rock\n"a.png,basalt\n', "cannot be read as a CSV"),
        (b"file,file,rock\na.png,b.png,basalt\n", "'file' twice"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, rock, content, message):
    path = tmp_path / "labels.csv"
    path.write_bytes(content)
    with pytest.raises(CollectionError, match=message) as caught:
        import_csv(AnnotationCollection((rock,)), path, properties=["rock"])
    assert "labels.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(CollectionError, match=r"none\.csv cannot be read"):
        import_csv(AnnotationCollection(), tmp_path / "none.csv")


@pytest.mark.real_data
def test_the_table_of_real_photos_is_imported(real_data):
    path = real_data / "mudstone" / "10x.csv"
    properties = ["lithology", "matrix"]
    collection = import_csv(AnnotationCollection(), path, properties=properties, section="sample")
    assert len(collection) == 123
    assert not any(image.missing for image in collection.images)
    assert sum(count.samples for count in collection.class_counts("lithology").values()) == 123
    assert len({image.section for image in collection.images}) == 59


def test_outlines_and_facts_survive(tmp_path, labelled):
    key = labelled.images[2].key
    turned = AnnotatedRegion.new(Region(((0, 5), (5, 10), (10, 5), (5, 0))), {"rock": "basalt"})
    facts = {"note": "weathered, “old”", "grains": 12, "mean": 0.25, "fresh": True, "nothing": None}
    described = replace(
        AnnotatedRegion.new(Region.rectangle(3, 3, 9, 9)),
        labels={"rock": "granite"},
        extra={"properties": facts},
    )
    regions = (*labelled.images[2].regions, turned, described)
    path = export_csv(with_regions(labelled, {key: regions}), tmp_path / "labels.csv")
    back = import_csv(AnnotationCollection(), path).image(key)
    assert [region.area.vertices for region in back.regions] == [region.area.vertices for region in regions]
    assert [region.area.kind for region in back.regions] == ["rectangle", "polygon", "polygon", "rectangle"]
    assert [dict(region.labels) for region in back.regions] == [dict(region.labels) for region in regions]
    kept = {name: value for name, value in facts.items() if value is not None}
    assert back.regions[3].extra["properties"] == kept
    assert len(load_samples(path, "rock", "section")) == 6


def test_upright_boxes_need_no_further_column(tmp_path, collection):
    key = collection.images[0].key
    region = AnnotatedRegion.new(Region.rectangle(1, 2, 3, 4))
    path = export_csv(with_regions(collection, {key: [region]}), tmp_path / "labels.csv")
    assert list(pd.read_csv(path)) == ["file", "rock", "section", "region"]


def test_regions_of_one_box_stay_two(tmp_path, labelled):
    key = labelled.images[0].key
    corners = [(0.0, 0.0), (0.0, 9.0), (9.0, 9.0), (9.0, 0.0)]
    regions = [AnnotatedRegion.new(Region((*corners[:at], *corners[at + 1 :]))) for at in (0, 2)]
    regions = [
        region.labelled("rock", name) for region, name in zip(regions, ("basalt", "granite"), strict=True)
    ]
    collection = with_regions(labelled, {key: regions})
    path = export_csv(collection, tmp_path / "labels.csv")
    assert import_csv(collection, path).image(key).regions == tuple(regions)
    assert [dict(each.labels) for each in import_csv(AnnotationCollection(), path).image(key).regions] == [
        {"rock": "basalt"},
        {"rock": "granite"},
    ]


@pytest.mark.parametrize("outline", ["1,2;3,4", "1,2;3;4,5", "a,b;c,d;e,f", "0,0;0,0;0,0"])
def test_an_outline_that_is_none_is_refused_with_its_file(tmp_path, outline):
    path = tmp_path / "labels.csv"
    path.write_text(
        f'file,rock,region,region_outline\na.jpg,granite,"0,0,4,4","{outline}"\n', encoding="utf-8"
    )
    with pytest.raises(CollectionError, match=r"labels\.csv"):
        import_csv(AnnotationCollection(), path)


def test_what_looks_like_an_infinite_number_stays_a_text(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        'file,rock,region,feature:a,feature:b\na.jpg,granite,"0,0,4,4",NaN,1e999\n', encoding="utf-8"
    )
    (image,) = import_csv(AnnotationCollection(), path).images
    assert image.regions[0].extra["properties"] == {"a": "NaN", "b": "1e999"}


def test_a_property_cannot_be_named_like_a_fact():
    with pytest.raises(CollectionError, match="feature:note"):
        Vocabulary.of_classes("feature:note")


def test_the_scale_goes_with_the_table_and_comes_back(tmp_path, labelled):
    first, *others = labelled.images
    collection = replace(labelled, images=(replace(first, pixel_size_um=1.72), *others))
    table = export_csv(collection, tmp_path / "scaled.csv")
    frame = load_samples(table, "rock", "section").frame
    assert frame["pixel_size_um"].tolist() == ["1.72", "", "", ""]
    assert import_csv(AnnotationCollection(), table).images[0].pixel_size_um == 1.72
    unscaled = export_csv(labelled, tmp_path / "plain.csv")
    assert import_csv(collection, unscaled).images[0].pixel_size_um == 1.72


def test_regions_beside_their_image_are_left_out_and_others_cut_as_in_geojson(tmp_path):
    Image.new("RGB", (30, 20)).save(tmp_path / "photo.png")
    (tmp_path / "table.csv").write_text(
        "file,rock,region,region_outline\n"
        'photo.png,mud,"2,3,9,9",\n'
        'photo.png,silt,"10,20,22,36",\n'
        'photo.png,sand,"2,31.5,9,40",\n'
        'photo.png,silt,"0,20,20,40","0,20;10,40;20,20"\n'
        'missing.png,mud,"0,0,9000,9000",\n'
    )

    photo, missing = import_csv(AnnotationCollection(), tmp_path / "table.csv").images

    assert [(each.area, each.labels["rock"]) for each in photo.regions] == [
        (Region.rectangle(2, 3, 9, 9), "mud"),
        (Region.rectangle(10, 20, 20, 30), "silt"),
        (Region(((0, 20), (5, 30), (15, 30), (20, 20))), "silt"),
    ]
    assert not photo.labels
    assert len(missing.regions) == 1, "nobody knows how large it is"
    assert table_remarks(tmp_path / "table.csv").sentences == (
        "1 region left out: outside the image, or for the most part. "
        "2 regions cut at the border of the image."
    )
    assert table_remarks(tmp_path / "nothing.csv").sentences == ""
