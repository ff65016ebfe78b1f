"""Scripting of annotation: layers into a collection, labels on layers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.annotation import CollectionSession, ImageKey
from napari_rocks2net.plugin.annotate.adding import add_layers, images_folder, layer_images
from napari_rocks2net.plugin.layers.image_planes import named_layers, require_image
from napari_rocks2net.rock_properties import ROCK_PROPERTIES
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    import napari
    from napari.layers import Image, Layer


def annotate_layers(
    viewer: napari.Viewer, collection_path: str | Path, layers: Sequence[str | Layer] | None = None
) -> CollectionSession:
    """Add image layers to a collection, which is made if its file is not there.

    Parameters
    ----------
    viewer : napari.Viewer
    collection_path : str or Path
        The collection's file. If the Annotate widget has it open, the images are added there.
    layers : sequence of str or napari.layers.Image, optional
        Image layers or their names; all image layers if it is not given. Layers that were not read from an
        image file are written as PNG or TIFF into "<name of the collection> images" beside it. No layer is
        changed.

    Returns
    -------
    CollectionSession
        Every change made through it is saved at once.

    Raises
    ------
    ImageLayerError
        If a layer does not exist or is no image.
    CollectionError
        If the file is no collection or cannot be written.
    """
    session = _session(viewer, Path(collection_path))
    add_layers(session, _image_layers(viewer, layers))
    return session


def label_layers(
    session: CollectionSession, layers: Sequence[Image], rock_property: str, label: str | None
) -> None:
    """Label the images of layers, every plane of a stack.

    Parameters
    ----------
    session : CollectionSession
        From `annotate_layers`.
    layers : sequence of napari.layers.Image
        Layers that were added to the collection.
    rock_property : str
        The property; if the collection has no classes for it, it begins with the built-in ones of this name.
    label : str or None
        The class, added to the vocabulary if it is new there; None takes the label off.

    Raises
    ------
    CollectionError
        If a layer was not added, or the class has no proper name.
    """
    collection = session.collection
    known = {vocabulary.property for vocabulary in collection.vocabularies}
    if rock_property not in known and rock_property in ROCK_PROPERTIES:
        collection = collection.with_classes(rock_property, ROCK_PROPERTIES[rock_property].classes)
    collection = collection.with_classes(rock_property, [] if label is None else [label])
    folder = images_folder(session.path)
    keys: list[ImageKey] = [key for layer in layers for key in layer_images(layer, folder)]
    images = count_of(len(keys), "image")
    session.apply(collection.labelled(keys, rock_property, label), f"label {images}: {label or 'nothing'}")


def _session(viewer: napari.Viewer, path: Path) -> CollectionSession:
    """Return the session of the open widget, or one of its own."""
    from napari_rocks2net.annotation.image import canonical_file
    from napari_rocks2net.plugin.annotate.annotate_widget import AnnotateWidget

    path = canonical_file(path)
    for widget in viewer.window.dock_widgets.values():
        session = widget.annotator.session if isinstance(widget, AnnotateWidget) else None
        if session is not None and session.path == path:
            return session
    return CollectionSession.open(path) if path.exists() else CollectionSession.create(path)


def _image_layers(viewer: napari.Viewer, layers: Sequence[str | Layer] | None) -> list[Image]:
    from napari.layers import Image

    if layers is None:
        return [layer for layer in viewer.layers if isinstance(layer, Image)]
    chosen = named_layers(viewer, layers)
    for layer in chosen:
        require_image(layer)
    return chosen
