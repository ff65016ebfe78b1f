"""Scale transfer: whether answers about grain size hold at another scale than the learned one.

    python benchmarks/scale.py [--sections 6] [--work FOLDER] [--mudstones DATA/mudstone]

Draws the sections of one rock property at the scale of its training, and at half and double scale (a pixel
shows twice as much, or half as much), and asks the built-in model and a probe that learned from other drawn
sections: once as of a photo without a scale, once with it. Of the calcareous siltstones among the mudstones
the built-in model is asked in the same two ways. Prints Markdown tables; intervals are of 95 %, from a
bootstrap over thin sections.

At half scale the light of a field twice as wide, drawn as finely as the others, falls on pixels of a camera
that are twice as large. Drawn coarsely instead ("half, drawn coarsely") it is another rock: cleavage and
lamellae are drawn at least three pixels apart, at half scale twice as far apart as at the native one.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from napari_rocks2net import RockClassifier
from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.samples import load_samples
from napari_rocks2net.synthetic import Variation
from napari_rocks2net.synthetic.optics.field import crossed_polarised, plane_polarised
from napari_rocks2net.synthetic.petrology.recipes import FIELD_UM, recipes_of
from napari_rocks2net.synthetic.plane.window import Window
from napari_rocks2net.synthetic.section import StagedRegion, ThinSection
from napari_rocks2net.training import TrainingConfig, train

SIZE = 256
LIGHTS = ("ppl", "xpl")
# Camera pixels are drawn twice as fine, as those of a collection are, and averaged.
FINER = 2
# What blur and JPEG need around a photo, in pixels of the camera.
MARGIN = 16
# The built-in model's sections were drawn with 2026.
TEST_SEED, LEARNING_SEED = 500_000, 600_000
LEARNING_SECTIONS = 6
RESAMPLES = 10_000


@dataclass(frozen=True)
class Scale:
    """How large a pixel of a photo is, and one of its drawing, the native scale being 1."""

    factor: float = 1.0
    drawing_factor: float = 1.0


SCALES = {
    "native": Scale(),
    "half": Scale(factor=2.0),
    "half, drawn coarsely": Scale(factor=2.0, drawing_factor=2.0),
    "double": Scale(factor=0.5, drawing_factor=0.5),
}


@dataclass(frozen=True, eq=False)
class SyntheticPhoto:
    """A photo of a synthetic section of a known class and scale."""

    file: Path
    label: str
    section: str
    um_per_pixel: float


def synthetic_photos(
    folder: Path, property: str, sections: int, seed: int, scale: Scale
) -> list[SyntheticPhoto]:
    """Return PPL and XPL photos of drawn sections, the same at every scale; those in the folder are kept."""
    photos = []
    for number, label in enumerate(recipes_of(property)):
        for section in range(sections):
            name = f"{property}_{label}_{section}_{seed}_{scale.factor}_{scale.drawing_factor}"
            files = [folder / f"{name}_{light}.png" for light in LIGHTS]
            if not all(file.exists() for file in files):
                _draw(files, property, label, seed + 1000 * number + section, scale)
            um_per_pixel = scale.factor * FIELD_UM[property] / SIZE
            photos += [SyntheticPhoto(file, label, f"{label} {section}", um_per_pixel) for file in files]
    return photos


def _draw(files: Sequence[Path], property: str, label: str, seed: int, scale: Scale) -> None:
    um_per_pixel = scale.drawing_factor * FIELD_UM[property] / (FINER * SIZE)
    thin_section = Variation(field=1.0).of(ThinSection.by_recipe(label, property, um_per_pixel, seed))
    times = round(scale.factor / scale.drawing_factor)
    side, margin = times * FINER * SIZE, times * MARGIN
    region = thin_section.region(-margin, -margin, side + 2 * margin, side + 2 * margin)
    for file, light in zip(files, LIGHTS, strict=True):
        photo = region.vignetted(_photo(region, light, times))
        picture = photo.reshape(SIZE, FINER, SIZE, FINER, 3).astype(np.float32).mean(axis=(1, 3))
        atomic_write_png(file, np.round(picture).astype(np.uint8))


def _photo(region: StagedRegion, light: str, times: int) -> np.ndarray:
    """Return a photo of a region but for its margin, by a camera whose pixels are so many drawn ones wide."""
    section, view = region.section, region.view
    microscope, (ppl_gain, xpl_gain) = section.microscope, section.gains
    if light == "ppl":
        rays, gain = plane_polarised(region.field), ppl_gain
    else:
        rays, gain = crossed_polarised(region.field) + np.float32(microscope.stray_light), xpl_gain
    rays = rays[(slice(None), *view.within(region.window))]
    height, width = view.height // times, view.width // times
    caught = rays.reshape(3, height, times, width, times).mean(axis=(2, 4), dtype=np.float32)
    window = Window(view.top // times, view.left // times, height, width, view.um_per_pixel * times)
    noise = section.plan.rng.branch("sensor", light, 0)
    photo = microscope.photograph(np.ascontiguousarray(caught), gain, window, noise)
    return np.ascontiguousarray(photo[MARGIN:-MARGIN, MARGIN:-MARGIN])


def learned_probe(property: str, folder: Path, *, other_magnifications: bool = False) -> RockClassifier:
    """Return a probe that learned from other sections at the native scale."""
    photos = synthetic_photos(folder, property, LEARNING_SECTIONS, LEARNING_SEED, SCALES["native"])
    rows = [[photo.file.name, photo.label, photo.section, photo.um_per_pixel] for photo in photos]
    table = folder / f"{property}.csv"
    pd.DataFrame(rows, columns=["file", property, "section", "pixel_size_um"]).to_csv(table, index=False)
    samples = load_samples(table, property, "section")
    with tempfile.TemporaryDirectory() as run_folder:
        config = TrainingConfig(
            model="probe",
            test=0.0,
            output=Path(run_folder) / "run",
            other_magnifications=other_magnifications,
        )
        run = train(config, samples)
        return RockClassifier.load(run.model_path, device="cpu")


def right_answers(
    classifier: RockClassifier, property: str, photos: Sequence[SyntheticPhoto], *, scaled: bool
) -> np.ndarray:
    """Return which photos are answered rightly, (N,) bool, with or without their scale."""
    sizes = [photo.um_per_pixel if scaled else None for photo in photos]
    answers = classifier.predict_many([photo.file for photo in photos], pixel_sizes=sizes)
    right = [
        answer is not None and answer[property].label == photo.label
        for answer, photo in zip(answers, photos, strict=True)
    ]
    return np.array(right)


def in_cells(right: np.ndarray, native: np.ndarray, photos: Sequence[SyntheticPhoto]) -> str:
    """Return the share that is right and how far it is below that of the native scale, with its interval."""
    by_section = pd.DataFrame({"right": right, "lost": native.astype(float) - right})
    means = by_section.groupby([photo.section for photo in photos]).mean().to_numpy()
    resampled = np.random.default_rng(0).integers(len(means), size=(RESAMPLES, len(means)))
    (low, lost_low), (high, lost_high) = np.percentile(means[resampled].mean(axis=1), (2.5, 97.5), axis=0)
    share = f"{right.mean():.2f} ({low:.2f} to {high:.2f})"
    if right is native:
        return f"{share} | "
    return f"{share} | {by_section['lost'].mean():.2f} ({lost_low:+.2f} to {lost_high:+.2f})"


def synthetic_table(property: str, sections: int, folder: Path) -> None:
    """Print the accuracies on drawn sections."""
    print(f"| {property} | scale | photos | without scale | with scale | below native |")
    print("|---|---|---|---|---|---|", flush=True)
    for name, load in {
        "built-in model": lambda: RockClassifier.load("five_properties", device="cpu", property=property),
        "probe": lambda: learned_probe(property, folder),
        "probe of other magnifications, too": lambda: learned_probe(
            property, folder, other_magnifications=True
        ),
    }.items():
        model, native = load(), None
        for title, scale in SCALES.items():
            photos = synthetic_photos(folder, property, sections, TEST_SEED, scale)
            without, with_scale = (
                right_answers(model, property, photos, scaled=each) for each in (False, True)
            )
            native = with_scale if native is None else native
            cells = in_cells(with_scale, native, photos)
            print(f"| {name} | {title} | {len(photos)} | {without.mean():.2f} | {cells} |", flush=True)


def main() -> None:
    """Draw, learn, ask and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--property", default="grain", choices=sorted(FIELD_UM))
    parser.add_argument("--sections", type=int, default=6, help="sections of each class")
    parser.add_argument("--work", type=Path, default=Path("build/scale"), help="keeps the drawings")
    parser.add_argument("--mudstones", type=Path, help="the folder mudstone of the real photos")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.sections:
        synthetic_table(options.property, options.sections, options.work)
    if options.mudstones:
        siltstone_table(options.mudstones)


def siltstone_table(folder: Path) -> None:
    """Print what the built-in model says of the calcareous siltstones, with and without their scale."""
    table = pd.read_csv(folder / "10x.csv")
    files = [folder / file for file in table.loc[table["grain_size"] == "siltstone", "file"]]
    print("| property | right answers | scale | right | answered most |\n|---|---|---|---|---|")
    for property, right in SILTSTONE.items():
        built_in = RockClassifier.load("five_properties", device="cpu", property=property)
        for name, size in (("without", None), ("with", MUDSTONE_UM)):
            answers = built_in.predict_many(files, pixel_sizes=[size] * len(files))
            given = Counter(answer[property].label for answer in answers if answer is not None)
            most = ", ".join(f"{label} {count}" for label, count in given.most_common(3))
            count = f"{sum(given[label] for label in right)} of {len(files)}"
            print(f"| {property} | {', '.join(right)} | {name} | {count} | {most} |", flush=True)


SILTSTONE = {
    "clastic": ("coarse silt", "fine silt"),
    "basic category": ("siltstone",),
    "mixture": ("calcareous",),
}
# At 10x: the burnt-in bars of their sisters, on which 200 µm is written, have this median length.
MUDSTONE_UM = 200 / 92.6

if __name__ == "__main__":
    main()
