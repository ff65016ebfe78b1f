"""Annotation: collections of labelled images and regions, their files, undo, exchange formats."""

from napari_rocks2net.annotation.collection import AnnotationCollection
from napari_rocks2net.annotation.collection_file import (
    COLLECTION_SUFFIX,
    read_collection,
    write_collection_file,
)
from napari_rocks2net.annotation.counts import ClassCount, additions
from napari_rocks2net.annotation.csv_file import export_csv, import_csv, table_remarks
from napari_rocks2net.annotation.errors import CollectionChangedError, CollectionError, CollectionExistsError
from napari_rocks2net.annotation.geojson import GeoJSONRegions, read_geojson, write_geojson
from napari_rocks2net.annotation.geojson_exchange import export_geojson, import_geojson, import_remarks
from napari_rocks2net.annotation.image import ORIGINS, AnnotatedImage, AnnotatedRegion, ImageKey
from napari_rocks2net.annotation.image_bounds import ImportRemarks
from napari_rocks2net.annotation.moved import MovedFiles, files_named_like, match_moved, with_moved_files
from napari_rocks2net.annotation.samples import CollectionSource, collection_samples
from napari_rocks2net.annotation.sections import DEFAULT_SECTION_PATTERN, guess_section
from napari_rocks2net.annotation.session import CollectionSession
from napari_rocks2net.annotation.vocabulary import Vocabulary
from napari_rocks2net.annotation.vocabulary_file import read_vocabulary

__all__ = [
    "COLLECTION_SUFFIX",
    "DEFAULT_SECTION_PATTERN",
    "ORIGINS",
    "AnnotatedImage",
    "AnnotatedRegion",
    "AnnotationCollection",
    "ClassCount",
    "CollectionChangedError",
    "CollectionError",
    "CollectionExistsError",
    "CollectionSession",
    "CollectionSource",
    "GeoJSONRegions",
    "ImageKey",
    "ImportRemarks",
    "MovedFiles",
    "Vocabulary",
    "additions",
    "collection_samples",
    "export_csv",
    "export_geojson",
    "files_named_like",
    "guess_section",
    "import_csv",
    "import_geojson",
    "import_remarks",
    "match_moved",
    "read_collection",
    "read_geojson",
    "read_vocabulary",
    "table_remarks",
    "with_moved_files",
    "write_collection_file",
    "write_geojson",
]
