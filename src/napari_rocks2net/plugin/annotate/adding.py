"""Adding images to a collection: files, folders, layers; the same for scripts, with labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from napari.layers import Layer

from napari_rocks2net.annotation import AnnotationCollection, CollectionError, CollectionSession, ImageKey
from napari_rocks2net.annotation.fields import PlacedView, affines_onto_first, named_views, pair_views
from napari_rocks2net.annotation.image_files import planes_in_file
from napari_rocks2net.imaging import is_image_file, list_images, passed_over_sentence
from napari_rocks2net.iteration import Progress, run_to_end
from napari_rocks2net.plugin.annotate.collection_layers import collection_of
from napari_rocks2net.plugin.layers.field_views import with_view
from napari_rocks2net.plugin.layers.image_planes import (
    image_planes,
)
from napari_rocks2net.plugin.layers.layer_files import (
    file_keys,
    is_annotated_image,
    layer_keys,
    save_layer,
    table_key,
)
from napari_rocks2net.samples.sample_row import Affine
from napari_rocks2net.untrusted import is_folder
from napari_rocks2net.views import GuessedView

Keys = tuple[ImageKey, ...]
LOOKING = "Looking at the files"


@dataclass(frozen=True)
class FileImages:
    """The images of files and folders."""

    keys: tuple[ImageKey, ...]
    passed_over: tuple[str, ...]  # What in the folders is none, a sentence each.


def find_images(paths: Sequence[Path]) -> Generator[Progress, None, FileImages]:
    """Return the images of files, and of all image files in folders; a job, for it reads them.

    Raises
    ------
    CollectionError
        When there is no image among them.
    """
    yield Progress(activity=LOOKING)
    folders = [path for path in paths if is_folder(path)]
    listed = [file for path in paths for file in (list_images(path) if path in folders else [path])]
    files = [file for file in listed if is_image_file(file)]
    if not files:
        raise CollectionError(f"There is no image in {', '.join(map(str, paths))}; choose other files.")
    keys: list[ImageKey] = []
    for number, file in enumerate(files):
        yield Progress(number, len(files), activity=LOOKING)
        keys.extend(planes_in_file(file))
    return FileImages(tuple(keys), tuple(filter(None, map(passed_over_sentence, folders))))


def add_file_images(session: CollectionSession, images: FileImages) -> int:
    """Add the images of files to a collection; return how many are new."""
    return _add(session, images.keys)[0]


@dataclass(frozen=True)
class LayerImages:
    """The images of layers, and what a training table says about them."""

    links: dict[str, tuple[ImageKey, ...]]  # By the layer's unique id.
    table: AnnotationCollection | None
    views: dict[ImageKey, GuessedView]  # Of those that are views of one field in the viewer.
    affines: dict[ImageKey, Affine]  # Of those that lie otherwise than the first of their field.


def find_files(layers: Sequence[Layer]) -> Generator[Progress, None, list[tuple[Layer, Keys]]]:
    """Return layers with the images of files that their planes show; a job, for it reads pixels and files.

    Those whose pixels are in no image file have none; our own layer is never meant.
    """
    layers = [layer for layer in layers if not is_annotated_image(layer)]
    layer_images: list[tuple[Layer, Keys]] = []
    for layer in layers:
        yield Progress(len(layer_images), len(layers), activity="Looking for the files of layers")
        layer_images.append((layer, layer_keys(layer)))
    return layer_images


def save_without_file(
    layer_images: Sequence[tuple[Layer, Keys]], regions: Sequence[Layer], folder: Path
) -> Generator[Progress, None, LayerImages]:
    """Write the pixels of layers that are in no file, and return the images of all; a job.

    Parameters
    ----------
    layer_images : sequence of tuple
        What `find_files` returns.
    regions : sequence of napari.layers.Shapes
        The regions of training tables; others are passed over.
    folder : Path
        For the new files.
    """
    links: dict[str, Keys] = {}
    for layer, keys in layer_images:
        yield Progress(len(links), len(layer_images), activity="Saving the pixels of layers")
        links[str(layer.unique_id)] = keys or file_keys(save_layer(layer, folder), layer)
    layers = [layer for layer, _ in layer_images]
    table, fields = _table_annotations(layers, regions, folder), _placed_views(layers, links)
    return LayerImages(links, table, named_views(fields), affines_onto_first(fields))


def _placed_views(layers: Sequence[Layer], links: Mapping[str, Keys]) -> list[list[PlacedView]]:
    """Return the images that layers pair, those of one field together, and how they lie in the world."""
    fields: defaultdict[str, list[PlacedView]] = defaultdict(list)
    for layer in layers:
        planes = {plane.index: with_view(plane, layer) for plane in image_planes(layer)}
        for key in links[str(layer.unique_id)]:
            plane = planes.get(key.plane) or next(iter(planes.values()))
            if plane.field:
                view = PlacedView(key, plane.light, plane.angle, plane.plane_transform.matrix)
                fields[plane.field].append(view)
    return list(fields.values())


def add_layers(session: CollectionSession, layers: Sequence[Layer]) -> dict[str, Keys]:
    """Add the images of layers to a collection.

    Parameters
    ----------
    session : CollectionSession
    layers : sequence of napari.layers.Image
        Those without a file are saved as new files in the folder "<name of the collection> images"; those of
        a training table bring their labels along, paired ones their fields. No layer is changed.

    Returns
    -------
    dict
        The layers' unique ids -> the images of their planes.
    """
    layer_images = run_to_end(find_files(layers))
    images = run_to_end(save_without_file(layer_images, (), images_folder(session.path)))
    add_images(session, images)
    return images.links


def add_images(session: CollectionSession, images: LayerImages) -> tuple[int, tuple[str, ...]]:
    """Add the images of layers, which are files now, to a collection, with the fields that layers pair.

    Returns
    -------
    int
        How many are new.
    tuple of str
        Why views were left apart, a sentence each.
    """
    keys = [key for of_layer in images.links.values() for key in of_layer]
    return _add(session, keys, images)


def images_folder(collection_file: Path) -> Path:
    """Return where the pixels of layers without a file are saved."""
    name = collection_file.name.removesuffix(".json").removesuffix(".collection")
    return collection_file.with_name(f"{name} images")


def _table_annotations(
    layers: Sequence[Layer], regions: Sequence[Layer], folder: Path
) -> AnnotationCollection | None:
    """Return what a training table said about the images of layers; None where they are of none."""
    if not any(map(table_key, layers)):
        return None
    of_tables = [layer.as_layer_data_tuple() for layer in (*layers, *regions) if table_key(layer)]
    return collection_of(of_tables, folder)[0]


def _add(
    session: CollectionSession,
    keys: Sequence[ImageKey],
    images: LayerImages | None = None,
) -> tuple[int, tuple[str, ...]]:
    before = session.collection
    table, views, affines = (images.table, images.views, images.affines) if images else (None, {}, {})
    paired = pair_views((before.merged_with(table) if table else before).with_images(keys), views, affines)
    count = len(paired.collection) - len(before)
    session.apply(paired.collection, f"add {count} image{'' if count == 1 else 's'}")
    return count, paired.refused
