from .copies.training_pictures import TrainingPictures, remembered, sample_hashes
from .csv_files.table import read_csv_table, table_columns
from .csv_files.writing import csv_text
from .errors import SampleError
from .fields import field_rows, has_fields, row_views, sample_numbers
from .folder import target_images
from .loading import SampleSource, TableSource, load_samples
from .readable import readable_files, readable_samples, sentence_of_cut_regions
from .region import Region, RegionError, crop_region
from .rows_of_fields import rows_by_field
from .sample_row import SampleRow
from .splits.by_section import ensure_split, split_folds, split_samples, split_summary
from .splits.request import SplitRequest, SplitSummary
from .stated_pixel_sizes import pixel_sizes
from .table import SampleTable
from .table_checks import check_trainable
from .table_making import join_samples, table_from_rows

__all__ = [
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
    "remembered",
    "row_views",
    "rows_by_field",
    "sample_hashes",
    "sample_numbers",
    "sentence_of_cut_regions",
    "split_folds",
    "split_samples",
    "split_summary",
    "table_columns",
    "table_from_rows",
    "target_images",
]
