"""Names of the files of crystals: of each image its own, and none that replaces another."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from napari_rocks2net.atomic_write import partial_path
from napari_rocks2net.crystals.classification.annotated_tables import TABLE_END
from napari_rocks2net.crystals.errors import CrystalError
from napari_rocks2net.imaging import is_own_output
from napari_rocks2net.output_files import LABELS_END, OVERLAY_END

FILE_ENDS = (LABELS_END, TABLE_END, OVERLAY_END, "_classes.csv")
# In bytes: of nearly all file systems.
LONGEST_NAME = 255
# How our tables begin.
TABLE_HEAD, CLASSES_HEAD = "file,unit,label,", "class,count,"


@dataclass(frozen=True)
class CrystalFiles:
    """Paths of the files about the crystals of one image."""

    labels: Path
    """TIFF, (Y, X) int32, compressed, with the pixel size as its resolution where it is known."""
    table: Path
    """CSV in UTF-8: ``file``, ``unit`` of length, the columns of `measure_crystals`, and after a
    classification those of `CrystalClassifier.classify`."""
    overlay: Path
    """PNG of the outlines on the image, after a classification in the colours of the classes."""
    classes: Path
    """CSV in UTF-8 of `class_percentages`, after a classification only."""

    @classmethod
    def named(cls, folder: Path, name: str) -> CrystalFiles:
        """Return the files of a name, such as NAME_labels.tif in the folder.

        Parameters
        ----------
        folder : pathlib.Path
            Where they are.
        name : str
            How all of them begin.
        """
        return cls(*(folder / f"{name}{end}" for end in FILE_ENDS))

    @property
    def paths(self) -> tuple[Path, Path, Path, Path]:
        """All of them."""
        return self.labels, self.table, self.overlay, self.classes

    def check_names(self, image: Path) -> None:
        """Raise `CrystalError` where the name of an image or of a file is no text, or too long to write."""
        try:
            f"{image}{self.labels}".encode()
        except UnicodeEncodeError as error:
            raise CrystalError("its name or its folder's is no text in UTF-8: give it another.") from error
        if any(len(os.fsencode(partial_path(path).name)) > LONGEST_NAME for path in self.paths):
            raise CrystalError("the names of its files would be too long: give it a shorter name.")

    @property
    def existing(self) -> Path | None:
        """First existing one of them that is no remnant of a killed run, which is made again."""
        existing = [path for path in self.paths if path.exists()]
        finished = {self.labels, self.table, self.overlay} <= set(existing)
        return next((path for path in existing if finished or not _is_untouched(path)), None)


def _is_untouched(path: Path) -> bool:
    """Tell whether a file is as this program has written it: marked, and without classes by hand."""
    if path.suffix != ".csv":
        return is_own_output(path)
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.readline()
    by_hand = ",class" in head and ",p_" not in head
    return head.startswith((TABLE_HEAD, CLASSES_HEAD)) and not by_hand


def name_outputs(folder: Path, images: Sequence[Path]) -> dict[Path, CrystalFiles]:
    """Give every image files of its own.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files go.
    images : sequence of pathlib.Path
        An image that is given twice counts once.

    Returns
    -------
    dict
        Image -> files, named after the image; where two images have one name, all are named after their
        folders too.

    Raises
    ------
    CrystalError
        When one of the files would replace one of the images.
    """
    # Unlike `Path.resolve`, this takes links that lead in a circle.
    files = {Path(os.path.realpath(path)): path for path in images}
    outputs = {
        path: CrystalFiles.named(folder, name)
        for path, name in zip(files.values(), _different_names(list(files)), strict=True)
    }
    for path in (path for output in outputs.values() for path in output.paths):
        if Path(os.path.realpath(path)) in files:
            raise CrystalError(f"{path} is one of the images and would be replaced: name another folder.")
    return outputs


def _different_names(files: Sequence[Path]) -> list[str]:
    """Name absolute paths by as little of each as tells them all apart."""
    inside = [path.relative_to(path.anchor) for path in files]
    folders = zip(*(path.parent.parts for path in inside), strict=False)
    shared = sum(1 for _ in takewhile(lambda names: len(set(names)) == 1, folders))
    ways = (
        [path.stem for path in inside],
        ["_".join(path.with_suffix("").parts[shared:]) for path in inside],
        ["_".join(path.parts[shared:]) for path in inside],
    )
    # Windows and macOS take names that differ in case only for the same.
    different = (names for names in ways if len({name.casefold() for name in names}) == len(names))
    return next(different, [f"{number}_{path.stem}" for number, path in enumerate(inside, start=1)])
