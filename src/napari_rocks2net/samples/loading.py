"""Labelled thin sections: one row a sample, from a folder or a CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from napari_rocks2net.samples.csv_table import ALL_PROPERTIES, samples_of_csv
from napari_rocks2net.samples.folder import samples_of_folder
from napari_rocks2net.samples.table import SampleError, SampleTable


def load_samples(
    path: str | Path, property: str | Sequence[str] | None = None, group: str | None = None
) -> SampleTable:
    r"""Read labelled images from a folder or a CSV.

    Parameters
    ----------
    path : str or Path
        A folder with one folder per class (searched to any depth), or a CSV with a ``file`` column (paths
        relative to the CSV), one column per rock property and any group column.
    property : str or sequence of str, optional
        The column that holds the labels. May be left out when the CSV has only one that can; for a
        folder it names the property, by default after the folder. Several columns of a CSV give samples of
        several properties, for a network that names them all; `ALL_PROPERTIES` means the columns named
        after the five rock properties. Any of their cells may be empty.
    group : str, optional
        For a CSV the column that names the thin section. For a folder a regular expression with one
        bracketed part, searched in the path below the class folder: ``r"sample_(\d+)_"`` makes
        ``sample_15_a.jpg`` and ``sample_15_b.jpg`` one thin section. Without it every file is a thin
        section of its own, which inflates the score when there are several photos of one section.

    Returns
    -------
    SampleTable
        Rows of the CSV without a label for this property are left out, and their number is logged.

    Raises
    ------
    SampleError
        When the table, a column, a label or a file is missing or contradictory.
    """
    path = Path(path).expanduser().absolute()
    if path.is_dir():
        if property == ALL_PROPERTIES or not isinstance(property, str | None):
            raise SampleError(f"{path} is a folder, which holds one property; give a CSV with a column each.")
        return samples_of_folder(path.resolve(), property, group)
    if not path.exists():
        raise SampleError(f"{path} does not exist; give a folder with one folder per class or a CSV file.")
    return samples_of_csv(path, property, group)
