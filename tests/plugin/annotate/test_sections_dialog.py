"""Thin sections from file names: rules by example, and a pattern of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from napari_rocks2net.annotation import AnnotationCollection
from napari_rocks2net.plugin.annotate.sections_dialog import OWN, SectionsDialog


@pytest.fixture
def collection(tmp_path: Path) -> AnnotationCollection:
    return AnnotationCollection().with_images(
        [tmp_path / name for name in ("M12_10x_3.jpg", "M13_10x_1.jpg")]
    )


@pytest.fixture
def dialog(collection: AnnotationCollection, qtbot: Any) -> SectionsDialog:
    made = SectionsDialog(collection)
    qtbot.addWidget(made)
    made.show()
    return made


def sections(dialog: SectionsDialog) -> list[str]:
    return [dialog.preview.item(row, 1).text() for row in range(dialog.preview.rowCount())]


def test_each_rule_says_what_it_makes_of_the_first_name(dialog: SectionsDialog) -> None:
    texts = [dialog.rule.itemText(row) for row in range(dialog.rule.count())]
    assert texts[0].endswith("M12_10x_3.jpg → M12")
    assert any(text.endswith("M12_10x_3.jpg → M12_10x") for text in texts)
    assert texts[-1] == OWN
    assert not dialog.pattern.isVisible()


def test_a_rule_is_chosen(dialog: SectionsDialog) -> None:
    assert sections(dialog) == ["M12", "M13"]
    dialog.rule.setCurrentIndex(5)
    assert sections(dialog) == ["M12_10x_3", "M13_10x_1"]
    assert "2 images in 2 thin sections" in dialog.verdict.text()


def test_a_pattern_of_ones_own_is_shown_and_checked(collection: AnnotationCollection, qtbot: Any) -> None:
    dialog = SectionsDialog(collection.with_section_pattern(r"^(M1)"))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.rule.currentText() == OWN
    assert dialog.pattern.isVisible()
    assert sections(dialog) == ["M1", "M1"]
    dialog.pattern.setText("(")
    assert not dialog.buttons.button(dialog.buttons.StandardButton.Ok).isEnabled()


def test_a_collection_without_images_has_rules_without_examples(qtbot: Any) -> None:
    dialog = SectionsDialog(AnnotationCollection())
    qtbot.addWidget(dialog)
    assert dialog.rule.itemText(5) == "The whole name"
