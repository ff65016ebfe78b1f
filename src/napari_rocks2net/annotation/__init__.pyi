from .annotated_region import AnnotatedRegion
from .collection import AnnotationCollection
from .counts import ClassCount, additions
from .errors import CollectionChangedError, CollectionError, CollectionExistsError
from .exchange.csv_file import export_csv, import_csv, table_remarks
from .exchange.geojson import GeoJSONRegions, read_geojson, write_geojson
from .exchange.geojson_exchange import export_geojson, import_geojson, import_remarks
from .exchange.vocabulary_file import read_vocabulary
from .image import AnnotatedImage, ImageKey
from .image_bounds import ImportRemarks
from .moved import MovedFiles, files_named_like, match_moved, with_moved_files
from .region_edits import with_regions
from .samples import CollectionSource, collection_samples
from .sections import DEFAULT_SECTION_PATTERN, guess_section
from .storage.collection_file import (
    COLLECTION_SUFFIX,
    read_collection,
    write_collection_file,
)
from .storage.session import CollectionSession
from .vocabulary import Vocabulary

__all__ = [
    "COLLECTION_SUFFIX",
    "DEFAULT_SECTION_PATTERN",
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
    "with_regions",
    "write_collection_file",
    "write_geojson",
]
