"""The files of measured crystals: labels, table, outlines, histograms, rose diagram."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.plugin.crystals.measuring import LabelledPicture
from napari_rocks2net.plugin.work.jobs import Progress

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SavedCrystals:
    """Where the crystals of an image are written.

    Parameters
    ----------
    folder : pathlib.Path
    name : str
        Beginning of every file's name.
    """

    folder: Path
    name: str

    @property
    def histograms(self) -> Path:
        """PNG of the histograms."""
        return self.folder / f"{self.name}_histograms.png"

    @property
    def rose(self) -> Path:
        """PNG of the rose diagram."""
        return self.folder / f"{self.name}_rose.png"

    def existing(self) -> list[Path]:
        """Return those that are there already."""
        from napari_rocks2net.crystals.files import CrystalFiles

        named = CrystalFiles.named(self.folder, self.name).paths
        return [path for path in (*named, self.histograms, self.rose) if path.exists()]


def saving_work(
    request: LabelledPicture, table: pd.DataFrame, files: SavedCrystals
) -> Generator[Progress, None, int]:
    """Write every file, whole or not at all, as work for a job; existing ones are replaced.

    Crystals that a model has named are outlined in the colours of their classes.

    Parameters
    ----------
    request : LabelledPicture
    table : pandas.DataFrame
        One row a crystal, with the column ``label``; the unit of its lengths is in its ``attrs``.
    files : SavedCrystals

    Returns
    -------
    int
        How many files were written.
    """
    from napari_rocks2net.crystals import PixelSize
    from napari_rocks2net.crystals.files import CrystalFiles, CrystalsOfImage, write_crystals
    from napari_rocks2net.crystals.measuring.plots import save_histograms, save_rose_diagram
    from napari_rocks2net.crystals.scale.pixel_size import MICROMETRES

    yield Progress(0, 3, 0.0, "Saving")
    factor = MICROMETRES.get(request.unit.lower())
    size = PixelSize(request.pixel_size * factor, "layer") if factor else None
    pixels = request.labels > 0 if request.picture is None else request.picture.read_values()
    classes = tuple(str(name)[2:] for name in table.columns if str(name).startswith("p_"))
    crystals = CrystalsOfImage(pixels, request.labels, table, size, classes)
    write_crystals(crystals, CrystalFiles.named(files.folder, files.name), files.name)
    yield Progress(1, 3, 0.0, "Saving")
    with tempfile.TemporaryDirectory() as folder:
        for save, path in ((save_histograms, files.histograms), (save_rose_diagram, files.rose)):
            atomic_write(path, save(table, Path(folder) / path.name).read_bytes())
    return len(files.existing())
