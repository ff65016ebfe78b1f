"""Audit of labels and copies: planted label errors and made copies of real photos, and how many are detected.

    python benchmarks/label_audit.py DATA [--sets mudstone,carbonate_grey] [--draws 10] [--photos 60]

Of each set a tenth of the labels is given to another class, at random; counted is the share of them in the
first 15 % of the list of likely label errors. Of every photo a copy of each kind is made (see COPIES);
counted are the copies that are paired with their photo, and the photos that are called copies of one from
another thin section; with --photos of so many of each set, drawn at random. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from real_sets import SETS, Photos

from napari_rocks2net.audit import find_duplicates, label_errors, out_of_fold_probabilities
from napari_rocks2net.audit.collection import KIND
from napari_rocks2net.features import DescriptorCache
from napari_rocks2net.imaging import read_image

SWAPPED, LOOKED_AT = 0.10, 0.15
QUALITY = 40
SEED = 2026


def errors_ranked_first(photos: Photos, draws: int) -> list[float]:
    """Return, for each draw, the share of the swapped labels in the first 15 % of the list."""
    cache = DescriptorCache()
    features = np.stack([cache.describe(read_image(file), (KIND,)).whole[KIND] for file in photos.files])
    classes, groups = sorted(set(photos.labels.tolist())), photos.groups.tolist()
    shares = []
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        swapped = rng.choice(len(groups), round(SWAPPED * len(groups)), replace=False)
        labels = photos.labels.tolist()
        for photo in swapped:
            labels[photo] = str(rng.choice([name for name in classes if name != labels[photo]]))
        probabilities = out_of_fold_probabilities(features, labels, groups, classes)
        first = label_errors(probabilities, labels, groups, classes).order[: round(LOOKED_AT * len(groups))]
        shares.append(len(np.intersect1d(first, swapped)) / len(swapped))
    return shares


def recompressed(image: Image.Image) -> Image.Image:
    """Return the photo as a strongly compressed JPEG shows it."""
    content = io.BytesIO()
    image.save(content, "JPEG", quality=QUALITY)
    return Image.open(content).convert("RGB")


def halved(image: Image.Image) -> Image.Image:
    """Return the photo with half its pixels a side."""
    return image.resize((image.width // 2, image.height // 2))


def cropped(image: Image.Image, side: float = 0.9) -> Image.Image:
    """Return a share of each side, at a place that only depends on the size."""
    rng = np.random.default_rng((SEED, *image.size))
    width, height = round(side * image.width), round(side * image.height)
    x, y = int(rng.integers(image.width - width + 1)), int(rng.integers(image.height - height + 1))
    return image.crop((x, y, x + width, y + height))


def with_strip(image: Image.Image) -> Image.Image:
    """Return the photo above an information bar of a sixth of its height."""
    bar = Image.new("RGB", (image.width, image.height // 6), (20, 20, 20))
    bar.paste((250, 250, 250), (image.width // 20, bar.height // 3, image.width // 3, bar.height // 2))
    whole = Image.new("RGB", (image.width, image.height + bar.height))
    whole.paste(image)
    whole.paste(bar, (0, image.height))
    return whole


def with_label(image: Image.Image) -> Image.Image:
    """Return the photo with a scale bar on a white label in its lower right corner."""
    labelled = image.copy()
    width, height = round(0.4 * image.width), round(0.15 * image.height)
    x, y = image.width - width - 5, image.height - height - 5
    labelled.paste((255, 255, 255), (x, y, x + width, y + height))
    labelled.paste((0, 0, 0), (x + 8, y + height // 2, x + width - 8, y + height // 2 + 4))
    return labelled


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "recompressed": recompressed,
    "half the size": halved,
    "cropped": cropped,
    "cropped to 70 %": lambda image: cropped(image, 0.7),
    "cropped to 50 %": lambda image: cropped(image, 0.5),
    "bar below": with_strip,
    "label": with_label,
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "all of these": lambda image: recompressed(halved(cropped(image)).transpose(Image.Transpose.TRANSVERSE)),
}


def copies_detected(photos: Photos, kind: str) -> tuple[int, int]:
    """Return how many copies are paired with their photo, and how many photos with one of another section."""
    originals = [str(file) for file in photos.files]
    copies = [f"copy of {name}" for name in originals]
    section = dict(zip([*originals, *copies], [*photos.groups, *photos.groups], strict=True))

    def read(name: str) -> np.ndarray:
        rgb = read_image(name.removeprefix("copy of "))
        return rgb if name in known else np.asarray(COPIES[kind](Image.fromarray(rgb)))

    known = set(originals)
    pairs = [(each.first, each.second) for each in find_duplicates([*originals, *copies], read)]
    right = sum(second == f"copy of {first}" for first, second in pairs)
    foreign = {name for pair in pairs if section[pair[0]] != section[pair[1]] for name in pair}
    return right, len(foreign)


def random_photos(photos: Photos, count: int) -> Photos:
    """Return some of the photos, the same at each call."""
    chosen = np.sort(np.random.default_rng(0).choice(len(photos.files), count, replace=False))
    return Photos([photos.files[at] for at in chosen], photos.labels[chosen], photos.groups[chosen])


def main() -> None:
    """Measure both, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--photos", type=int, help="copies of so many photos of a set; all by default")
    options = parser.parse_args()
    sets = {name: SETS[name](options.data) for name in options.sets.split(",")}
    print("| swapped labels | photos | in the first 15 % of the list, mean | least |\n|---|---|---|---|")
    for name, photos in sets.items() if options.draws else ():
        shares = errors_ranked_first(photos, options.draws)
        print(f"| {name} | {len(photos.files)} | {np.mean(shares):.2f} | {min(shares):.2f} |", flush=True)
    print("\n| copies | kind | detected | photos called a copy of another section's |\n|---|---|---|---|")
    for name, photos in sets.items():
        for kind in COPIES:
            some = random_photos(photos, options.photos or len(photos.files))
            right, foreign = copies_detected(some, kind)
            total = len(some.files)
            print(f"| {name} | {kind} | {right} of {total} | {foreign} of {2 * total} |", flush=True)


if __name__ == "__main__":
    main()
