"""Synthetic thin sections: the processor's seconds for PPL and XPL of every class.

    OMP_NUM_THREADS=1 python benchmarks/synthetic_sections.py

Prints a Markdown table with the median and the slowest of some sections of every class, 512 x 512 pixels of
the field that photos of its property show: planning, exposure, drawing and both photos. Programs beside it
crowd the caches and slow even the processor's seconds down, for a while. So all sections are drawn in several
rounds, and of each the quickest drawing counts. Beside them a plain reference: four of SciPy's Gaussian blurs
of such a picture.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from scipy import ndimage

from napari_rocks2net.synthetic import FIELD_UM, RECIPES, draw_section

LIMIT_SECONDS = 0.5


def parsed() -> argparse.Namespace:
    """Return the command line's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sections", type=int, default=5, help="sections of each class")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is drawn")
    parser.add_argument("--size", type=int, default=512, help="side of a picture in pixels")
    return parser.parse_args()


def seconds(work: Callable[[], object]) -> float:
    """Return the processor's seconds that some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def section_seconds(property: str, name: str, size: int, seed: int) -> float:
    """Return the processor's seconds for one section in PPL and XPL."""
    scale = FIELD_UM[property] / size
    return seconds(lambda: draw_section(name, property=property, size=size, um_per_pixel=scale, seed=seed))


def reference_seconds(size: int) -> float:
    """Return the processor's seconds for four Gaussian blurs of a picture with the margin of a section."""
    picture = np.random.default_rng(0).random((3, size + 32, size + 32), dtype=np.float32)
    return seconds(lambda: [ndimage.gaussian_filter(picture, (0, 2.5, 2.5)) for _ in range(4)])


def measured(sections: int, size: int, rounds: int) -> dict[tuple[str, str], list[float]]:
    """Return for every property and class the least seconds of its sections."""
    # The first section also computes the tables that all share.
    draw_section("granite", size=64)
    classes = [(property, name) for property, recipes in RECIPES.items() for name in recipes]
    every = [
        {each: [section_seconds(*each, size, seed) for seed in range(sections)] for each in classes}
        for _ in range(rounds)
    ]
    return {
        each: [min(taken) for taken in zip(*(one[each] for one in every), strict=True)] for each in classes
    }


def main() -> None:
    """Measure and print."""
    options = parsed()
    reference = min(reference_seconds(options.size) for _ in range(options.rounds))
    table = measured(options.sections, options.size, options.rounds)
    medians = {each: statistics.median(taken) for each, taken in table.items()}
    print("| property | class | median, s | slowest, s |\n|---|---|---|---|")
    for (property, name), taken in table.items():
        print(f"| {property} | {name} | {medians[property, name]:.2f} | {max(taken):.2f} |")
    above = [f"{name} ({property})" for (property, name), median in medians.items() if median > LIMIT_SECONDS]
    slowest = max(medians.values())
    print(
        f"\nMedian of the {len(medians)} classes {statistics.median(medians.values()):.2f} s, slowest "
        f"{slowest:.2f} s; above {LIMIT_SECONDS} s: {', '.join(above) or 'none'}."
    )
    print(
        f"The reference takes {reference:.3f} s: the slowest class {slowest / reference:.1f} times as long."
    )


if __name__ == "__main__":
    main()
