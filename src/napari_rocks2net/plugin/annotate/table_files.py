"""Files of collections: one opens in the Annotate widget; training tables open as layers and are saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from napari_rocks2net.annotation import (
    COLLECTION_SUFFIX,
    AnnotationCollection,
    CollectionError,
    export_csv,
    import_csv,
    table_remarks,
)
from napari_rocks2net.annotation.region_shapes import LayerData
from napari_rocks2net.imaging import IMAGE_SUFFIXES
from napari_rocks2net.plugin.annotate.collection_layers import collection_of, layers_of
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.samples import SampleError, read_csv_table
from napari_rocks2net.samples.columns import FILE, LABEL, PROBABILITY, PROPERTY
from napari_rocks2net.wording import count_of, first_of

# The columns of predictions.csv, in which nothing is a person's label.
OF_PREDICTIONS = {PROPERTY, LABEL, PROBABILITY}
NAMED = 3
# napari needs a third of a second for each further layer, and its layer list a window to show them.
MOST_IMAGES = 50
# What a reader returns that opened something else than a layer.
NO_LAYER: list[tuple[None]] = [(None,)]


def collection_reader(path: str | Sequence[str] | None = None) -> Callable[[Any], list[tuple[None]]] | None:
    """Return the reader of one collection file; None for anything else. Without a path, one is asked for."""
    single = path if path is None or isinstance(path, str) or len(path) == 1 else ""
    title, kinds = "Open an annotated collection", questions.COLLECTIONS
    return questions.chosen_reader(
        single, title, kinds, lambda each: each.name.lower().endswith(COLLECTION_SUFFIX), open_collection
    )


def open_collection(path: str | Sequence[str]) -> list[tuple[None]]:
    """Open a collection in the Annotate widget of the current viewer; without one a `CollectionError`."""
    import napari

    from napari_rocks2net.plugin.commands import open_annotate_widget

    viewer = napari.current_viewer()
    if viewer is None:
        raise CollectionError(f"{path} opens in a viewer only; scripts use CollectionSession.open.")
    open_annotate_widget(viewer).file_panel.open_collection(path if isinstance(path, str) else path[0])
    return NO_LAYER


def table_reader(path: str | Sequence[str] | None = None) -> Callable[[Any], list[LayerData]] | None:
    """Return the reader of training tables; None for any other CSV, which napari itself may read.

    Only the first two lines are looked at: a training table has a column ``file``, with images in it. Without
    a path, a table of any name is asked for and opened.
    """
    title = "Open a training table"
    return questions.chosen_reader(path, title, questions.TABLES, _is_training_table, read_tables)


def _is_training_table(path: Path) -> bool:
    """Return whether a file begins as a training table does."""
    if path.suffix.lower() != ".csv":
        return False
    try:
        table = read_csv_table(path, rows=1)
        first = table.cells[0][table.column(FILE)]
    # Whatever cannot be read as a table is none; the reader that is asked for says why.
    except (SampleError, IndexError):
        return False
    labelled = len(table.columns) > 1 and not set(table.columns) >= OF_PREDICTIONS
    return labelled and Path(first).suffix.lower() in IMAGE_SUFFIXES


def read_tables(path: str | Sequence[str]) -> list[LayerData]:
    """Open the images of training tables, as `export_csv` writes them, with labels and regions.

    Images that are missing or damaged are named in one notification, and the others opened. See `layers_of`
    and, for the columns, `import_csv`.

    Raises
    ------
    CollectionError
        When a table cannot be read, or none of its images, or it lists more than 50.
    """
    return [layer for each in ([path] if isinstance(path, str) else path) for layer in _read(Path(each))]


def write_table(path: str = "", layers: list[Any] | None = None) -> list[str]:
    """Write labelled layers as a training table; see `collection_of`. napari has asked before it is replaced.

    Pixels that are in no file go into the folder "<name> images" beside it.
    Without layers, the path is asked for and the selected ones are saved.

    Raises
    ------
    CollectionError
        When no image is labelled, or the table cannot be written.
    """
    if layers is None:
        return questions.save_selected_layers("Save a training table", "layers.labels.csv", questions.TABLES)
    collection, unplaced = collection_of(layers, Path(path).with_name(f"{Path(path).stem} images"))
    written = export_csv(collection, path, overwrite=True)
    if unplaced:
        _warn(f"Left out of {written.name}, no labelled image: {first_of(unplaced, NAMED)}.")
    return [str(written)]


def _read(path: Path) -> list[LayerData]:
    collection = import_csv(AnnotationCollection(), path)
    if len(collection) > MOST_IMAGES:
        raise CollectionError(
            f"{path.name} lists {len(collection)} images, too many for a layer each (up to {MOST_IMAGES}); "
            "use Plugins > RockS²Net > Annotate, New..., Import > Labels from CSV, which shows one "
            "at a time."
        )
    layers, unreadable = layers_of(collection)
    if unreadable and not layers:
        raise CollectionError(
            f"None of the {len(unreadable)} images of {path} can be opened: {first_of(unreadable, NAMED)}; "
            "put them where the table says."
        )
    if remarks := table_remarks(path).sentences:
        _warn(f"{path.name}: {remarks}")
    if unreadable:
        count = count_of(len(unreadable), "image")
        _warn(f"{count} of {path.name} cannot be opened: {first_of(unreadable, NAMED)}.")
    return layers


def _warn(text: str) -> None:
    from napari.utils.notifications import show_warning

    show_warning(text)
