"""The files of measured crystals: labels, table, outlines, histograms, rose diagram."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.plugin.crystals.measuring import LabelledPicture
from napari_rocks2net.plugin.work.jobs import Progress

if TYPE_CHECKING:
    import pandas as pd


def output_files(folder: Path, name: str) -> tuple[Path, ...]:
    """Return the files of measured crystals; the last two are the histograms and the rose diagram."""
    from napari_rocks2net.crystals.files import CrystalFiles

    plots = (folder / f"{name}_{kind}.png" for kind in ("histograms", "rose"))
    return (*CrystalFiles.named(folder, name).paths, *plots)


def saving_work(
    request: LabelledPicture, table: pd.DataFrame, folder: Path, name: str
) -> Generator[Progress, None, int]:
    """Write every file, whole or not at all, and return their number; existing ones are replaced.

    The table has one row a crystal, with the column ``label``, and the unit of its lengths in its ``attrs``.
    Crystals that a model has named are outlined in the colours of their classes.
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
    write_crystals(crystals, CrystalFiles.named(folder, name), name)
    yield Progress(1, 3, 0.0, "Saving")
    files = output_files(folder, name)
    with tempfile.TemporaryDirectory() as temporary:
        histograms, rose = (Path(temporary) / path.name for path in files[-2:])
        atomic_write(files[-2], save_histograms(table, histograms).read_bytes())
        atomic_write(files[-1], save_rose_diagram(table, rose).read_bytes())
    return sum(path.exists() for path in files)
