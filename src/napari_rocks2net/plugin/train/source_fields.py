"""Fields of the samples of a training: where they are, what is learned, what names the thin section."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from magicgui.widgets import ComboBox, Label, LineEdit, Select
from magicgui.widgets.bases import Widget

from napari_rocks2net.plugin.look.setting_fields import file_field, folder_field

TABLE, FOLDER, COLLECTION = "CSV table", "Folder of classes", "Collection file"
LAYERS, ANNOTATE = "Annotated layers", "Collection in Annotate"
KINDS = (ANNOTATE, COLLECTION, TABLE, FOLDER, LAYERS)
EVERY_IMAGE = "each image is a section"
LIST_HEIGHT = 90
PLACES = {COLLECTION: "collection file", TABLE: "CSV file", FOLDER: "folder with one folder a class"}
REMEMBERED = ("kind", "table", "collection", "folder", "pattern", "group", "property")
FIELDS_OF = {
    ANNOTATE: ("opened",),
    COLLECTION: ("collection",),
    TABLE: ("table", "group"),
    FOLDER: ("folder", "pattern"),
    LAYERS: ("layers", "regions_on"),
}
TABLE_TIP = "A CSV with the column 'file', one column for each property, and one for the section."
FOLDER_TIP = "A folder with one folder of images for each class."


def source_fields(
    layer_choices: Callable[[], list[tuple[str, str]]], offered: Mapping[str, tuple[str, ...]]
) -> dict[str, Widget]:
    """Return the fields by their names, in their order.

    Parameters
    ----------
    layer_choices : callable
        Returns (what to show, value) of the annotated layers.
    offered : mapping of str to tuple
        What can be chosen as "property" and as "group"; it may change.
    """
    kind = ComboBox(
        label="Samples from", choices=KINDS, value=TABLE, tooltip="Where the labelled images are."
    )
    return {"kind": kind, **_place_fields(layer_choices), **_meaning_fields(offered)}


def _place_fields(layer_choices: Callable[[], list[tuple[str, str]]]) -> dict[str, Widget]:
    """Return the fields that say where the samples are."""
    return {
        "opened": Label(label="Collection", value="", tooltip="What is open in the Annotate widget."),
        "collection": file_field("*.json", "A collection that the Annotate widget keeps."),
        "table": file_field("*.csv", TABLE_TIP),
        "folder": folder_field(label="Folder", tooltip=FOLDER_TIP),
        "layers": Select(
            label="Layers",
            choices=lambda _: layer_choices(),
            tooltip="Labelled images and layers with regions (Ctrl or Shift for several).",
        ),
        "regions_on": Label(
            label="Regions",
            value="",
            tooltip="A region belongs to the topmost visible image below its layer.",
        ),
    }


def _meaning_fields(offered: Mapping[str, tuple[str, ...]]) -> dict[str, Widget]:
    """Return the fields that say what is learned, and what names the thin section."""
    return {
        "property": ComboBox(
            label="Property",
            choices=lambda _: offered["property"],
            nullable=True,
            tooltip="What the model will learn to name.",
        ),
        "group": ComboBox(
            label="Thin section",
            choices=lambda _: offered["group"],
            nullable=True,
            tooltip="The column that names the thin section: photos of one section are never split.",
        ),
        "pattern": LineEdit(
            label="Section is",
            value="",
            tooltip="A regular expression with one bracketed part, searched in the path of a file, such as "
            r"sample_(\d+)_. Empty: every image is a section of its own.",
        ),
    }
