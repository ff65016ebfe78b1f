"""Files of measured crystals: those of `write_crystals`, histograms and a rose diagram."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from pathlib import Path

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.crystals.files import CrystalsOfImage, write_crystals
from napari_rocks2net.crystals.output_names import CrystalFiles
from napari_rocks2net.iteration import Progress


def output_files(folder: Path, name: str) -> tuple[Path, ...]:
    """Return the files of measured crystals; the last two are the histograms and the rose diagram.

    Parameters
    ----------
    folder : Path
        Where they are.
    name : str
        How all of them begin.
    """
    plots = (folder / f"{name}_{kind}.png" for kind in ("histograms", "rose"))
    return (*CrystalFiles.named(folder, name).paths, *plots)


def write_measured(crystals: CrystalsOfImage, folder: Path, name: str) -> Generator[Progress, None, int]:
    """Write every file, whole or not at all, and return their number, as a job; existing ones are replaced.

    Parameters
    ----------
    crystals : CrystalsOfImage
        Those that a model has named are outlined in the colours of their classes.
    folder : Path
        Where the files go.
    name : str
        How all of them begin.

    Yields
    ------
    Progress
        After each step.

    Returns
    -------
    int
        How many files there are.
    """
    from napari_rocks2net.crystals.measuring.plots import save_histograms, save_rose_diagram

    yield Progress(0, 2, activity="Saving")
    write_crystals(crystals, CrystalFiles.named(folder, name), name)
    yield Progress(1, 2, activity="Saving")
    files = output_files(folder, name)
    with tempfile.TemporaryDirectory() as temporary:
        histograms, rose = (Path(temporary) / path.name for path in files[-2:])
        atomic_write(files[-2], save_histograms(crystals.table, histograms).read_bytes())
        atomic_write(files[-1], save_rose_diagram(crystals.table, rose).read_bytes())
    return sum(path.exists() for path in files)
