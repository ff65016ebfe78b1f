"""Whether answers about grain size hold at another scale than the learned one, on drawn and on real sections.

    python benchmarks/scale.py [--sections 12] [--mudstones DATA/mudstone]

Draws the sections of one rock property at the scale of its training, and at half and double scale (a pixel
shows twice as much, or half as much), and asks the built-in model and a probe that learned from other drawn
sections: once as of a photo without a scale, once with it. Of the calcareous siltstones among the mudstones
the built-in model is asked in the same two ways. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net import RockClassifier
from napari_rocks2net.atomic_write import atomic_write_png
from napari_rocks2net.samples import load_samples
from napari_rocks2net.synthetic import Variation
from napari_rocks2net.synthetic.drawing import draw_slide
from napari_rocks2net.synthetic.petrology.recipes import FIELD_UM, recipes_of
from napari_rocks2net.training import TrainingConfig, train

SIZE = 256
SCALES = {"native": 1.0, "half": 2.0, "double": 0.5}
# The built-in model's sections were drawn with 2026.
TEST_SEED, LEARNING_SEED = 500_000, 600_000


@dataclass(frozen=True, eq=False)
class DrawnPhoto:
    """A photo of a drawn section of a known class and scale."""

    rgb: npt.NDArray[np.uint8]
    label: str
    section: str
    um_per_pixel: float


def drawn_photos(property: str, sections: int, seed: int, factor: float) -> Iterator[DrawnPhoto]:
    """Yield PPL and XPL photos of drawn sections; the same sections at every scale."""
    for number, label in enumerate(recipes_of(property)):
        for section in range(sections):
            slide = draw_slide(
                label,
                property=property,
                size=2 * SIZE,
                um_per_pixel=factor * FIELD_UM[property] / (2 * SIZE),
                seed=seed + 1000 * number + section,
                variation=Variation(field=1.0),
            )
            for take in (slide.ppl, slide.xpl):
                picture = slide.vignetted(take(0.0)).reshape(SIZE, 2, SIZE, 2, 3)
                rgb = np.round(picture.astype(np.float32).mean(axis=(1, 3))).astype(np.uint8)
                yield DrawnPhoto(rgb, label, f"{label} {section}", factor * FIELD_UM[property] / SIZE)


def learned_probe(property: str, sections: int, folder: Path) -> RockClassifier:
    """Return a probe that learned from other sections at the native scale."""
    rows = []
    for index, photo in enumerate(drawn_photos(property, sections, LEARNING_SEED, 1.0)):
        atomic_write_png(folder / f"{index}.png", photo.rgb)
        rows.append([f"{index}.png", photo.label, photo.section, photo.um_per_pixel])
    table = folder / "labels.csv"
    pd.DataFrame(rows, columns=["file", property, "section", "pixel_size_um"]).to_csv(table, index=False)
    run = train(
        TrainingConfig(model="probe", test=0.0, output=folder / "run"),
        load_samples(table, property, "section"),
    )
    return RockClassifier.load(run.model_path, device="cpu")


def accuracy(
    classifier: RockClassifier, property: str, photos: Sequence[DrawnPhoto], *, scaled: bool
) -> float:
    """Return the share of right answers, with or without the photos' scale."""
    sizes = [photo.um_per_pixel if scaled else None for photo in photos]
    answers = classifier.predict_many([photo.rgb for photo in photos], pixel_sizes=sizes)
    right = [
        answer is not None and answer[property].label == photo.label
        for answer, photo in zip(answers, photos, strict=True)
    ]
    return float(np.mean(right))


def drawn_table(property: str, sections: int, folder: Path) -> None:
    """Print the accuracies on drawn sections."""
    built_in = RockClassifier.load("five_properties", device="cpu", property=property)
    models = {"built-in model": built_in, "probe": learned_probe(property, sections, folder)}
    print(f"| {property} | scale | photos | without scale | with scale |\n|---|---|---|---|---|", flush=True)
    for scale, factor in SCALES.items():
        photos = list(drawn_photos(property, sections, TEST_SEED, factor))
        for name, model in models.items():
            shares = (accuracy(model, property, photos, scaled=scaled) for scaled in (False, True))
            cells = " | ".join(f"{share:.2f}" for share in shares)
            print(f"| {name} | {scale} | {len(photos)} | {cells} |", flush=True)


def main() -> None:
    """Draw, learn, ask and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--property", default="grain", choices=sorted(FIELD_UM))
    parser.add_argument("--sections", type=int, default=12, help="sections of each class")
    parser.add_argument("--mudstones", type=Path, help="the folder mudstone of the real photos")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        drawn_table(options.property, options.sections, Path(folder))
    if options.mudstones:
        siltstone_table(options.mudstones)


def siltstone_table(folder: Path) -> None:
    """Print what the built-in model says of the calcareous siltstones, with and without their scale."""
    table = pd.read_csv(folder / "10x.csv")
    files = [folder / file for file in table.loc[table["grain_size"] == "siltstone", "file"]]
    built_in = RockClassifier.load("five_properties", device="cpu", property="clastic")
    for name, size in (("without scale", None), ("with scale", MUDSTONE_UM)):
        answers = built_in.predict_many(files, pixel_sizes=[size] * len(files))
        given = Counter(answer["clastic"].label for answer in answers if answer is not None)
        print(f"| {name} | " + ", ".join(f"{label} {count}" for label, count in given.most_common()) + " |")


# At 10x: the burnt-in bars of their sisters, on which 200 µm is written, have this median length.
MUDSTONE_UM = 200 / 92.6

if __name__ == "__main__":
    main()
