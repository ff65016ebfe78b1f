"""Annotating from a script: layers added to a collection, and labelled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import napari
from napari.layers import Image, Layer

from napari_rocks2net.annotation import CollectionSession
from napari_rocks2net.annotation.image import canonical_file
from napari_rocks2net.iteration import run_to_end
from napari_rocks2net.plugin.annotate.adding import add_layers, find_files, images_folder, save_without_file
from napari_rocks2net.plugin.commands import open_collection
from napari_rocks2net.plugin.layers.image_planes import image_levels, named_layers
from napari_rocks2net.plugin.layers.mark import is_photo
from napari_rocks2net.rock_properties import ROCK_PROPERTIES
from napari_rocks2net.wording import count_of


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
    path, session = canonical_file(Path(collection_path)), open_collection(viewer)
    if session is None or session.path != path:
        session = CollectionSession.open(path) if path.exists() else CollectionSession.create(path)
    chosen = [each for each in viewer.layers if is_photo(each)]
    if layers is not None:
        chosen = named_layers(viewer, layers)
    # What is no image is refused before any is added.
    for layer in chosen:
        image_levels(layer)
    add_layers(session, chosen)
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
    properties = {vocabulary.property for vocabulary in collection.vocabularies}
    if rock_property not in properties and rock_property in ROCK_PROPERTIES:
        collection = collection.with_classes(rock_property, ROCK_PROPERTIES[rock_property].classes)
    collection = collection.with_classes(rock_property, [] if label is None else [label])
    folder = images_folder(session.path)
    images = run_to_end(save_without_file(run_to_end(find_files(layers)), (), folder))
    keys = [key for of_layer in images.links.values() for key in of_layer]
    count = count_of(len(keys), "image")
    session.apply(collection.labelled(keys, rock_property, label), f"label {count}: {label or 'nothing'}")
