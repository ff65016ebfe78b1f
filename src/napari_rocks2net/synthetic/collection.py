"""Labelled collections of drawn photos, to train and test on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.png import write_png
from napari_rocks2net.synthetic.recipes import GRAIN_RECIPES, recipe_named
from napari_rocks2net.synthetic.section import Slide, draw_slide
from napari_rocks2net.whole_file import write_whole

FIELD_UM = 2048.0
"""Width of the field that every photo of a collection shows, whatever its pixels."""

COLUMNS = ("file", "grain", "section", "light", "stage")
_STAGES = (0.0, 30.0)


@dataclass(frozen=True)
class Photo:
    """One photo of a collection, before it is taken.

    Parameters
    ----------
    grain : str
        Class.
    section : str
        Name of the thin section; its photos belong into one split.
    number : int
        Number of the section within its class.
    light : {"ppl", "xpl"}
        Plane-polarised or crossed polars.
    stage : float
        Angle of the stage in degrees.
    """

    grain: str
    section: str
    number: int
    light: str
    stage: float

    @property
    def file(self) -> str:
        """File name relative to the collection's folder."""
        return f"{self.grain.replace(' ', '_')}/{self.section}_{self.light}_{self.stage:.0f}.png"


def planned_photos(per_class: int, photos: int, classes: Sequence[str]) -> tuple[Photo, ...]:
    """List the photos of a collection.

    Parameters
    ----------
    per_class : int
        Sections per class, at least 1.
    photos : int
        Photos per section, 1 to 4, in the order XPL, PPL, XPL with turned stage, PPL with turned stage.
    classes : sequence of str
        Names of recipes, at least one, each once.

    Returns
    -------
    tuple of Photo
        Class by class, section by section.

    Raises
    ------
    ValueError
        If a number is out of range, or a class is unknown or named twice.
    """
    if per_class < 1:
        raise ValueError(f"{per_class} sections per class make no collection; give at least 1.")
    if not 1 <= photos <= 4:
        raise ValueError(f"{photos} photos per section are not possible; give 1 to 4.")
    if len(classes) == 0 or len(set(classes)) < len(classes):
        raise ValueError(f"The classes {list(classes)} are empty or name one twice; give each class once.")
    kinds = [(light, stage) for stage in _STAGES for light in ("xpl", "ppl")][:photos]
    return tuple(
        Photo(recipe_named(grain).name, f"{grain.replace(' ', '_')}_{number:04d}", number, light, stage)
        for grain in classes
        for number in range(per_class)
        for light, stage in kinds
    )


def write_collection(
    folder: str | Path,
    per_class: int = 40,
    size: int = 256,
    seed: int = 0,
    classes: Sequence[str] = tuple(GRAIN_RECIPES),
    *,
    photos: int = 3,
    on_photo: Callable[[int, int], None] | None = None,
) -> Path:
    """Draw a labelled collection of thin-section photos.

    Every photo shows a field 2.048 mm across. It is drawn at twice the size and averaged down, so
    that grains below the resolution fade as they do in a camera. A run that was cut off goes on
    where it stopped: photos that are there are kept, so use a new folder for another seed or size.

    Parameters
    ----------
    folder : str or Path
        Where to; made if missing.
    per_class : int
        Sections per class, at least 1.
    size : int
        Side of the photos in pixels, at least 8.
    seed : int
        0 or more; the same seed gives the same bytes.
    classes : sequence of str
        Names of recipes; by default the seven classes of "grain".
    photos : int
        Photos per section, 1 to 4: XPL, PPL, XPL with turned stage, PPL with turned stage.
    on_photo : callable, optional
        Told the number of photos that are there and of all photos, after each section.

    Returns
    -------
    Path
        The table ``labels.csv`` with the columns file, grain, section, light and stage; split by
        ``section``, or photos of one section end up on both sides.

    Raises
    ------
    ValueError
        If a number is out of range, or a class is unknown or named twice.
    """
    folder = Path(folder)
    if size < 8:
        raise ValueError(f"Photos of {size} pixels show no grains; give a size of at least 8.")
    if seed < 0:
        raise ValueError(f"The seed {seed} is negative; give 0 or more.")
    plan = planned_photos(per_class, photos, classes)
    for grain in classes:
        (folder / grain.replace(" ", "_")).mkdir(parents=True, exist_ok=True)
    for done, section in _by_section(plan):
        _write_section(folder, section, size, seed)
        if on_photo is not None:
            on_photo(done, len(plan))
    return _write_table(folder, plan)


def _by_section(plan: Sequence[Photo]) -> Iterator[tuple[int, list[Photo]]]:
    """Yield each section's photos, with the number of photos up to and including them."""
    section: list[Photo] = []
    for index, photo in enumerate(plan):
        section.append(photo)
        if index + 1 == len(plan) or plan[index + 1].section != photo.section:
            yield index + 1, section
            section = []


def _write_section(folder: Path, section: Sequence[Photo], size: int, seed: int) -> None:
    """Take the photos of a section that are not there yet."""
    missing = [photo for photo in section if not (folder / photo.file).exists()]
    if not missing:
        return
    first = section[0]
    slide = draw_slide(
        first.grain,
        size=2 * size,
        um_per_pixel=FIELD_UM / (2 * size),
        seed=_section_seed(seed, first),
    )
    for photo in missing:
        write_png(folder / photo.file, _halved(_exposed(slide, photo)))


def _exposed(slide: Slide, photo: Photo) -> NDArray[np.uint8]:
    section = slide.photograph(photo.stage)
    return section.ppl if photo.light == "ppl" else section.xpl


def _section_seed(seed: int, photo: Photo) -> int:
    """Return a seed of its own for each class and section, whichever others are drawn."""
    class_number = list(GRAIN_RECIPES).index(photo.grain)
    return int(np.random.SeedSequence([seed, class_number, photo.number]).generate_state(1)[0])


def _halved(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Average blocks of 2 x 2 pixels."""
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    blocks = picture.reshape(height, 2, width, 2, 3).astype(np.float32)
    return np.round(blocks.mean(axis=(1, 3))).astype(np.uint8)


def _write_table(folder: Path, plan: Sequence[Photo]) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        (photo.file, photo.grain, photo.section, photo.light, f"{photo.stage:.0f}") for photo in plan
    )
    return write_whole(folder / "labels.csv", text.getvalue())
