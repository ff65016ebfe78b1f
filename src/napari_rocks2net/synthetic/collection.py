"""Synthetic collections: labelled photos to train and test on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.atomic_write import atomic_write, atomic_write_png
from napari_rocks2net.synthetic.drawing import draw_slide
from napari_rocks2net.synthetic.errors import SynthesisError
from napari_rocks2net.synthetic.petrology.recipes import FIELD_UM, recipe_named, recipes_of
from napari_rocks2net.synthetic.section import StagedRegion
from napari_rocks2net.synthetic.variation import Variation

_STAGES = (0.0, 30.0)
DRAWING_FILE = "drawing.json"
"""How the photos of a folder were drawn, so that a run that was cut off goes on with the same."""


@dataclass(frozen=True)
class PlannedPhoto:
    """Plan of one photo of a collection."""

    rock_property: str  # Rock property.
    label: str  # Class.
    number: int  # Number of the section within its class.
    light: str  # Plane-polarised or crossed polars.
    stage: float  # Angle of the stage in degrees.

    @property
    def section(self) -> str:
        """Name of the thin section; its photos belong into one split."""
        return f"{self.label.replace(' ', '_')}_{self.number:04d}"

    @property
    def file(self) -> str:
        """File name relative to the collection's folder."""
        return f"{self.label.replace(' ', '_')}/{self.section}_{self.light}_{self.stage:.0f}.png"


def _planned_photos(
    property: str, per_class: int, photos: int, classes: Sequence[str] | None = None
) -> tuple[PlannedPhoto, ...]:
    """Return the photos of `write_collection`, class by class, section by section; raises its errors."""
    labels = tuple(recipes_of(property)) if classes is None else tuple(classes)
    if per_class < 1:
        raise SynthesisError(f"{per_class} sections per class make no collection; give at least 1.")
    if not 1 <= photos <= 4:
        raise SynthesisError(f"{photos} photos per section are not possible; give 1 to 4.")
    if len(labels) == 0 or len(set(labels)) < len(labels):
        raise SynthesisError(f"The classes {list(labels)} are empty or name one twice; give each class once.")
    kinds = [(light, stage) for stage in _STAGES for light in ("xpl", "ppl")][:photos]
    return tuple(
        PlannedPhoto(property, recipe_named(label, property).name, number, light, stage)
        for label in labels
        for number in range(per_class)
        for light, stage in kinds
    )


def write_collection(
    folder: str | Path,
    property: str = "grain",
    per_class: int = 40,
    size: int = 256,
    seed: int = 0,
    classes: Sequence[str] | None = None,
    *,
    photos: int = 3,
    flaws: bool = False,
    variation: Variation | None = None,
    overwrite: bool = False,
    on_photo: Callable[[int, int], None] | None = None,
) -> Path:
    """Draw a labelled collection of thin-section photos.

    Unless varied, every photo of a property shows a field of the same width, see `FIELD_UM`. It is drawn at
    twice the size and averaged down, so that grains below the resolution fade as they do in a camera. A run
    that was cut off goes on where it stopped: photos that were drawn in the same way are kept.

    Parameters
    ----------
    folder : str or Path
        Where to; made if missing.
    property : str
        One of the five rock properties.
    per_class : int
        Sections per class, at least 1.
    size : int
        Side of the photos in pixels, at least 8.
    seed : int
        0 or more; the same seed gives the same pixels.
    classes : sequence of str, optional
        Classes of the property; by default all.
    photos : int
        Photos per section, 1 to 4: XPL, PPL, XPL with turned stage, PPL with turned stage.
    flaws : bool
        Whether sections may have air bubbles and scratches, as for `draw_slide`; without them a seed gives
        the same pixels as ever.
    variation : Variation, optional
        Of the scale, stains and light from section to section; by default none.
    overwrite : bool
        Whether photos that are there are drawn anew.
    on_photo : callable, optional
        Told the number of photos that are there and of all photos, after each section.

    Returns
    -------
    Path
        The table ``labels.csv`` with the columns file, the property, section, light and stage; split by
        ``section``, or photos of one section end up on both sides.

    Raises
    ------
    SynthesisError
        If a number is out of range, a property or class is unknown, a class named twice, or photos that were
        drawn in another way are there.
    """
    folder = Path(folder)
    _check_numbers(size, seed)
    plan = _planned_photos(property, per_class, photos, classes)
    settings = {
        "property": property,
        "size": size,
        "seed": seed,
        "flaws": flaws,
        "variation": repr(variation),
    }
    _begin(folder, plan, json.dumps(settings), overwrite)
    for count, (_, section) in enumerate(groupby(plan, attrgetter("section")), start=1):
        _write_section(folder, list(section), size, seed, flaws, variation)
        if on_photo is not None:
            on_photo(count * photos, len(plan))
    return _write_table(folder, plan)


def _begin(folder: Path, plan: Sequence[PlannedPhoto], settings: str, overwrite: bool) -> None:
    """Write down how the photos are drawn; refuse those that are there and were drawn in another way."""
    files, record = [folder / photo.file for photo in plan], folder / DRAWING_FILE
    present = [file for file in files if file.exists()]
    if overwrite:
        for file in present:
            file.unlink()
    elif present and not (record.is_file() and record.read_text(encoding="utf-8") == settings):
        raise SynthesisError(
            f"{present[0]} exists already and was not drawn with this property, size and seed: replace the "
            "photos by --overwrite, or name another folder."
        )
    atomic_write(record, settings)


def _check_numbers(size: int, seed: int) -> None:
    if size < 8:
        raise SynthesisError(f"Photos of {size} pixels show no grains; give a size of at least 8.")
    if seed < 0:
        raise SynthesisError(f"The seed {seed} is negative; give 0 or more.")


def _write_section(
    folder: Path,
    section: Sequence[PlannedPhoto],
    size: int,
    seed: int,
    flaws: bool,
    variation: Variation | None,
) -> None:
    """Take the photos of a section that do not exist yet."""
    missing = [photo for photo in section if not (folder / photo.file).exists()]
    if not missing:
        return
    first = section[0]
    slide = draw_slide(
        first.label,
        property=first.rock_property,
        size=2 * size,
        um_per_pixel=FIELD_UM[first.rock_property] / (2 * size),
        seed=_section_seed(seed, first),
        flaws=flaws,
        variation=variation,
    )
    for photo in missing:
        atomic_write_png(folder / photo.file, _halved(_exposed(slide, photo)))


def _exposed(slide: StagedRegion, photo: PlannedPhoto) -> NDArray[np.uint8]:
    take = slide.ppl if photo.light == "ppl" else slide.xpl
    return slide.vignetted(take(photo.stage))


def _section_seed(seed: int, photo: PlannedPhoto) -> int:
    """Return a seed of its own for each section, whichever others are drawn."""
    return int(np.random.SeedSequence([seed, photo.number]).generate_state(1)[0])


def _halved(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Average blocks of 2 x 2 pixels."""
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    blocks = picture.reshape(height, 2, width, 2, 3).astype(np.float32)
    return np.round(blocks.mean(axis=(1, 3))).astype(np.uint8)


def _write_table(folder: Path, plan: Sequence[PlannedPhoto]) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", plan[0].rock_property, "section", "light", "stage"))
    writer.writerows(
        (photo.file, photo.label, photo.section, photo.light, f"{photo.stage:.0f}") for photo in plan
    )
    return atomic_write(folder / "labels.csv", text.getvalue())
