"""Scale transfer: whether answers about grain size hold at another scale than the learned one.

    python benchmarks/scale.py [--sections 6] [--work FOLDER] [--mudstones DATA/mudstone]

Draws the sections of one rock property at the scale of its training, and at half and double scale (a pixel
shows twice as much, or half as much), and asks the built-in model and a probe that learned from other drawn
sections: once as of a photo without a scale, once with it. Of the calcareous siltstones among the mudstones
the built-in model is asked in the same two ways. Prints Markdown tables.
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
from napari_rocks2net.synthetic.drawing import draw_slide
from napari_rocks2net.synthetic.petrology.recipes import FIELD_UM, recipes_of
from napari_rocks2net.training import TrainingConfig, train

SIZE = 256
LIGHTS = ("ppl", "xpl")
SCALES = {"native": 1.0, "half": 2.0, "double": 0.5}
# The built-in model's sections were drawn with 2026.
TEST_SEED, LEARNING_SEED = 500_000, 600_000


@dataclass(frozen=True, eq=False)
class SyntheticPhoto:
    """A photo of a synthetic section of a known class and scale."""

    file: Path
    label: str
    section: str
    um_per_pixel: float


def synthetic_photos(
    folder: Path, property: str, sections: int, seed: int, factor: float
) -> list[SyntheticPhoto]:
    """Return PPL and XPL photos of drawn sections, the same at every scale; those in the folder are kept."""
    photos = []
    for number, label in enumerate(recipes_of(property)):
        for section in range(sections):
            files = [folder / f"{property}_{label}_{section}_{seed}_{factor}_{light}.png" for light in LIGHTS]
            if not all(file.exists() for file in files):
                _draw(files, property, label, seed + 1000 * number + section, factor)
            um_per_pixel = factor * FIELD_UM[property] / SIZE
            photos += [SyntheticPhoto(file, label, f"{label} {section}", um_per_pixel) for file in files]
    return photos


def _draw(files: Sequence[Path], property: str, label: str, seed: int, factor: float) -> None:
    slide = draw_slide(
        label,
        property=property,
        size=2 * SIZE,
        um_per_pixel=factor * FIELD_UM[property] / (2 * SIZE),
        seed=seed,
        variation=Variation(field=1.0),
    )
    for file, take in zip(files, (slide.ppl, slide.xpl), strict=True):
        picture = slide.vignetted(take(0.0)).reshape(SIZE, 2, SIZE, 2, 3)
        atomic_write_png(file, np.round(picture.astype(np.float32).mean(axis=(1, 3))).astype(np.uint8))


def learned_probe(property: str, sections: int, folder: Path) -> RockClassifier:
    """Return a probe that learned from other sections at the native scale."""
    photos = synthetic_photos(folder, property, sections, LEARNING_SEED, 1.0)
    rows = [[photo.file.name, photo.label, photo.section, photo.um_per_pixel] for photo in photos]
    table = folder / f"{property}.csv"
    pd.DataFrame(rows, columns=["file", property, "section", "pixel_size_um"]).to_csv(table, index=False)
    samples = load_samples(table, property, "section")
    with tempfile.TemporaryDirectory() as run_folder:
        run = train(TrainingConfig(model="probe", test=0.0, output=Path(run_folder) / "run"), samples)
        return RockClassifier.load(run.model_path, device="cpu")


def accuracy(
    classifier: RockClassifier, property: str, photos: Sequence[SyntheticPhoto], *, scaled: bool
) -> float:
    """Return the share of right answers, with or without the photos' scale."""
    sizes = [photo.um_per_pixel if scaled else None for photo in photos]
    answers = classifier.predict_many([photo.file for photo in photos], pixel_sizes=sizes)
    right = [
        answer is not None and answer[property].label == photo.label
        for answer, photo in zip(answers, photos, strict=True)
    ]
    return float(np.mean(right))


def synthetic_table(property: str, sections: int, folder: Path) -> None:
    """Print the accuracies on drawn sections."""
    print(f"| {property} | scale | photos | without scale | with scale |\n|---|---|---|---|---|", flush=True)
    for name, load in {
        "built-in model": lambda: RockClassifier.load("five_properties", device="cpu", property=property),
        "probe": lambda: learned_probe(property, sections, folder),
    }.items():
        model = load()
        for scale, factor in SCALES.items():
            photos = synthetic_photos(folder, property, sections, TEST_SEED, factor)
            shares = (accuracy(model, property, photos, scaled=scaled) for scaled in (False, True))
            cells = " | ".join(f"{share:.2f}" for share in shares)
            print(f"| {name} | {scale} | {len(photos)} | {cells} |", flush=True)


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
