from __future__ import annotations

import json

import pytest

from napari_rocks2net.annotation import CollectionError, Vocabulary, read_vocabulary, write_collection_file


def test_a_text_file_has_one_class_a_line(tmp_path):
    path = tmp_path / "Gesteine.txt"
    path.write_bytes("\ufeffGranit\r\n\r\n  Übergang fein \r\n岩\r\n".encode())
    vocabulary = read_vocabulary(path)
    assert vocabulary.property == "Gesteine"
    assert vocabulary.classes == ("Granit", "Übergang fein", "岩")
    assert read_vocabulary(path, "rock").property == "rock"


def test_a_table_of_classes_may_give_colours(tmp_path):
    path = tmp_path / "rock.csv"
    path.write_text("class,colour\ngranite,#FF0000\nbasalt,\n", encoding="utf-8")
    vocabulary = read_vocabulary(path)
    assert vocabulary.classes == ("granite", "basalt")
    assert vocabulary.colour_of("granite") == "#ff0000"


def test_a_training_table_gives_the_labels_in_its_column(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "file,section,rock\na.png,1,slate\nb.png,1,basalt\nc.png,2,slate\nd.png,3,\n", encoding="utf-8"
    )
    vocabulary = read_vocabulary(path)
    assert (vocabulary.property, vocabulary.classes) == ("rock", ("basalt", "slate"))


def test_a_table_with_several_properties_asks_for_one(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("file,rock,grain\na.png,slate,fine\n", encoding="utf-8")
    with pytest.raises(CollectionError, match=r"name the property.*'rock', 'grain'"):
        read_vocabulary(path)
    assert read_vocabulary(path, "grain").classes == ("fine",)


@pytest.mark.parametrize(
    ("document", "property"),
    [(["a", "b"], "names"), ({"property": "rock", "classes": ["a", "b"]}, "rock")],
)
def test_json_may_be_a_list_or_an_object(tmp_path, document, property):
    path = tmp_path / "names.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    vocabulary = read_vocabulary(path)
    assert (vocabulary.property, vocabulary.classes) == (property, ("a", "b"))


def test_another_collection_gives_its_vocabulary_with_colours(tmp_path, labelled, rock):
    write_collection_file(tmp_path / "c.json", labelled)
    assert read_vocabulary(tmp_path / "c.json") == rock


def test_a_collection_with_several_properties_asks_for_one(tmp_path, labelled):
    grain = Vocabulary.of_property("grain")
    write_collection_file(tmp_path / "c.json", labelled.with_vocabulary(grain))
    with pytest.raises(CollectionError, match="it has 'rock', 'grain'"):
        read_vocabulary(tmp_path / "c.json")
    assert read_vocabulary(tmp_path / "c.json", "grain") == grain


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.txt", None),
        ("empty.txt", b"\n"),
        ("latin.txt", "Übergang".encode("latin-1")),
        ("empty.csv", b""),
        ("twice.txt", b"a\na\n"),
        ("rows.csv", b"class,colour\na,#000000,extra\n"),
        ("colour.csv", b"class,colour\na,red\n"),
        ("empty.json", b""),
        ("broken.json", b'["a"'),
        ("object.json", b"{}"),
        ("numbers.json", b"[1, 2]"),
        ("number.json", b"3"),
    ],
)
def test_a_file_without_classes_is_refused_in_one_sentence(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CollectionError) as caught:
        read_vocabulary(tmp_path / name, "rock" if name == "empty.csv" else None)
    assert "\n" not in str(caught.value)
