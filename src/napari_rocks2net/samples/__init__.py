"""Labelled samples: their table, regions, one CSV schema, class folders, splits by thin section."""

from napari_rocks2net.samples.csv_table import CsvTable, SampleRow, read_csv_table, table_columns
from napari_rocks2net.samples.csv_writing import csv_text
from napari_rocks2net.samples.field_rows import rows_by_field
from napari_rocks2net.samples.fields import field_rows, has_fields, row_views, sample_numbers
from napari_rocks2net.samples.folder import target_images
from napari_rocks2net.samples.loading import ALL_PROPERTIES, SampleSource, TableSource, load_samples
from napari_rocks2net.samples.pixel_sizes import pixel_sizes
from napari_rocks2net.samples.readable import readable_files, readable_samples
from napari_rocks2net.samples.region import Region, RegionError, crop_region
from napari_rocks2net.samples.split_request import SplitRequest, SplitSummary
from napari_rocks2net.samples.splits import ensure_split, split_folds, split_samples, split_summary
from napari_rocks2net.samples.table import (
    SampleError,
    SampleTable,
    check_trainable,
    join_samples,
    table_from_rows,
)
from napari_rocks2net.samples.training_pictures import TrainingPictures, sample_hashes

__all__ = [
    "ALL_PROPERTIES",
    "CsvTable",
    "Region",
    "RegionError",
    "SampleError",
    "SampleRow",
    "SampleSource",
    "SampleTable",
    "SplitRequest",
    "SplitSummary",
    "TableSource",
    "TrainingPictures",
    "check_trainable",
    "crop_region",
    "csv_text",
    "ensure_split",
    "field_rows",
    "has_fields",
    "join_samples",
    "load_samples",
    "pixel_sizes",
    "read_csv_table",
    "readable_files",
    "readable_samples",
    "row_views",
    "rows_by_field",
    "sample_hashes",
    "sample_numbers",
    "split_folds",
    "split_samples",
    "split_summary",
    "table_columns",
    "table_from_rows",
    "target_images",
]
