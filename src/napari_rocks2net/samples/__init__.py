"""Labelled samples: their table, regions, one CSV schema, class folders, splits by thin section."""

from napari_rocks2net.samples.csv_table import ALL_PROPERTIES
from napari_rocks2net.samples.loading import load_samples
from napari_rocks2net.samples.region import Region, RegionError
from napari_rocks2net.samples.splits import ensure_split, split_folds, split_samples, split_summary
from napari_rocks2net.samples.table import (
    SampleError,
    SampleTable,
    check_trainable,
    join_samples,
    parse_region,
    table_from_rows,
)
from napari_rocks2net.samples.unlabelled import target_images

__all__ = [
    "ALL_PROPERTIES",
    "Region",
    "RegionError",
    "SampleError",
    "SampleTable",
    "check_trainable",
    "ensure_split",
    "join_samples",
    "load_samples",
    "parse_region",
    "split_folds",
    "split_samples",
    "split_summary",
    "table_from_rows",
    "target_images",
]
