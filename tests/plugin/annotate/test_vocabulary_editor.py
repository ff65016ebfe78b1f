"""Classes, edited in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import QModelIndex, QRect, Qt

from napari_rocks2net.annotation import CollectionSession, Vocabulary, read_vocabulary
from napari_rocks2net.annotation.annotator import Annotator
from napari_rocks2net.plugin.annotate.class_list import COUNT, SECTIONS, badge_rect
from napari_rocks2net.plugin.annotate.vocabulary_editor import (
    NO_CLASSES,
    NO_COLLECTION,
    NO_PROPERTY,
    VocabularyEditor,
)


@pytest.fixture
def editor(session: CollectionSession, qtbot: Any) -> VocabularyEditor:
    annotator = Annotator()
    made = VocabularyEditor(annotator)
    qtbot.addWidget(made)
    annotator.use(session)
    made.resize(380, 300)
    made.show()
    return made


def classes(editor: VocabularyEditor) -> tuple[str, ...]:
    return editor.annotator.vocabulary.classes


def shown(editor: VocabularyEditor) -> list[str]:
    return [editor.classes.item(row).text() for row in range(editor.classes.count())]


def test_counts_of_images_and_sections_are_shown(editor: VocabularyEditor) -> None:
    for _ in range(3):
        editor.annotator.label_number(1)
    item = editor.classes.item(0)
    assert (item.text(), item.data(COUNT), item.data(SECTIONS)) == ("granite", 3, 2)


def test_a_class_is_renamed_in_place_with_its_labels(editor: VocabularyEditor) -> None:
    editor.annotator.label_number(1)
    editor.classes.item(0).setText("granodiorite")
    assert classes(editor)[0] == "granodiorite"
    assert editor.annotator.collection.images[0].labels == {"lithology": "granodiorite"}
    editor.annotator.undo()
    assert shown(editor)[0] == "granite"


def test_an_empty_page_says_what_to_do(editor: VocabularyEditor, qtbot: Any) -> None:
    assert "No property" not in editor.warnings.text()
    editor.add_vocabulary(lambda: Vocabulary.of_classes("grain"))
    assert editor.warnings.text() == NO_CLASSES
    for name in ("grain", "lithology"):
        editor.annotator.edit(lambda each, name=name: each.without_vocabulary(name), "remove")
    assert editor.warnings.text() == NO_PROPERTY
    closed = VocabularyEditor(Annotator())
    qtbot.addWidget(closed)
    assert closed.warnings.text() == NO_COLLECTION


def test_an_existing_name_is_refused(editor: VocabularyEditor) -> None:
    messages: list[str] = []
    editor.annotator.message.connect(messages.append)
    editor.classes.item(0).setText("basalt")
    assert shown(editor) == list(classes(editor))
    assert "'basalt'" in messages[-1]


def test_a_class_is_added_moved_and_recoloured(editor: VocabularyEditor, answers: dict[str, Any]) -> None:
    answers["Add classes"] = "gabbro"
    editor.add_classes.click()
    editor.up.click()
    assert classes(editor) == ("granite", "Übergang fein", "gabbro", "basalt")
    editor.recolour("gabbro", "#123456")
    assert editor.annotator.vocabulary.colour_of("gabbro") == "#123456"
    assert editor.classes.chosen == "gabbro"


def test_a_dragged_class_gets_another_key(editor: VocabularyEditor) -> None:
    editor.classes.model().moveRow(QModelIndex(), 0, QModelIndex(), 3)
    assert classes(editor) == ("Übergang fein", "basalt", "granite")
    assert shown(editor) == list(classes(editor))


def test_removing_a_class_with_labels_asks_first(editor: VocabularyEditor, answers: dict[str, Any]) -> None:
    editor.annotator.label_number(1)
    editor.classes.choose("granite")
    answers["Remove class"] = False
    editor.remove_class.click()
    assert len(classes(editor)) == 3
    assert answers["asked"][0].startswith("1 labels")
    answers["Remove class"] = True
    editor.remove_class.click()
    assert classes(editor) == ("Übergang fein", "basalt")
    editor.annotator.undo()
    assert editor.annotator.collection.images[0].labels == {"lithology": "granite"}


def test_several_properties_are_labelled_one_after_the_other(editor: VocabularyEditor) -> None:
    editor.annotator.label_number(1)
    editor.add_vocabulary(lambda: Vocabulary.of_property("grain"))
    assert editor.annotator.property_name == "grain"
    editor.annotator.show(editor.annotator.collection.images[0].key)
    editor.annotator.label_number(2)
    labels = editor.annotator.collection.images[0].labels
    assert labels == {"lithology": "granite", "grain": "medium crystal"}


def test_classes_start_from_a_model(editor: VocabularyEditor, model_path: Path) -> None:
    editor.add_vocabulary(lambda: Vocabulary.of_model(model_path))
    assert set(classes(editor)) == {"granite", "Übergang fein", "basalt"}


def test_every_property_of_a_model_is_offered(
    editor: VocabularyEditor, joint_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "napari_rocks2net.plugin.annotate.vocabulary_editor"
    monkeypatch.setattr(f"{module}.built_in_models", lambda: [str(joint_model_path)])
    editor.start_from.menu().aboutToShow.emit()
    menus = {action.text(): action.menu() for action in editor.start_from.menu().actions()}
    offered = {action.text(): action for action in menus["Classes of a model"].actions()}
    assert {"joint: lithology", "joint: matrix"} <= set(offered)
    offered["joint: matrix"].trigger()
    assert editor.annotator.property_name == "matrix"
    assert classes(editor) == ("clay", "basalt")


def test_a_file_without_classes_is_refused_with_the_reason(editor: VocabularyEditor, tmp_path: Path) -> None:
    messages: list[str] = []
    editor.annotator.message.connect(messages.append)
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    editor.add_vocabulary(lambda: read_vocabulary(tmp_path / "empty.txt"))
    assert "empty.txt" in messages[-1]
    assert editor.annotator.property_name == "lithology"


def test_the_start_menu_offers_built_in_properties(editor: VocabularyEditor) -> None:
    editor.start_from.menu().aboutToShow.emit()
    menus = [action.menu() for action in editor.start_from.menu().actions() if action.menu()]
    assert "grain" in [action.text() for action in menus[0].actions()]


def test_a_click_on_a_key_labels(editor: VocabularyEditor, qtbot: Any) -> None:
    line: QRect = editor.classes.visualItemRect(editor.classes.item(2))
    place = badge_rect(line).center()
    qtbot.mouseClick(editor.classes.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert editor.annotator.collection.images[0].labels == {"lithology": "basalt"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("gabbro, tuff,, gabbro", ["gabbro", "tuff"]),
        ("gabbro\n sandstone, fine \n\n", ["gabbro", "sandstone, fine"]),
        ("basalt, tuff", ["tuff"]),
        (" , ", []),
        ("", []),
    ],
)
def test_several_classes_are_typed_at_once(
    editor: VocabularyEditor, answers: dict[str, Any], typed: str, expected: list[str]
) -> None:
    before = classes(editor)
    answers["Add classes"] = typed
    editor.add_classes.click()
    assert classes(editor) == (*before, *expected)
    editor.annotator.undo()
    assert classes(editor) == before


def test_a_new_property_begins_with_its_classes(editor: VocabularyEditor, answers: dict[str, Any]) -> None:
    answers |= {"New property": "grain size", "Add classes": "fine\ncoarse"}
    editor.start_from.menu().aboutToShow.emit()
    editor.start_from.menu().actions()[0].trigger()
    assert (editor.annotator.property_name, classes(editor)) == ("grain size", ("fine", "coarse"))
