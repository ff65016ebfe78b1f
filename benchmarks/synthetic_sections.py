"""What a synthetic thin section costs: the processor's seconds for PPL and XPL of every class.

    OMP_NUM_THREADS=1 python benchmarks/synthetic_sections.py

Prints a Markdown table with the median and the slowest of some sections of every class, 512 x 512 pixels of
the field that photos of its property show: planning, exposure, drawing and both photos. Seconds are those of
the processor; as programs beside it that crowd its caches still make them longer, each section is drawn
several times and the quickest counts.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator

from napari_rocks2net.synthetic import FIELD_UM, RECIPES, draw_section

LIMIT_SECONDS = 0.5


def parsed() -> argparse.Namespace:
    """Return the command line's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sections", type=int, default=5, help="sections of each class")
    parser.add_argument("--repeats", type=int, default=3, help="how often each is drawn")
    parser.add_argument("--size", type=int, default=512, help="side of a picture in pixels")
    return parser.parse_args()


def seconds(property: str, name: str, size: int, seed: int, repeats: int) -> float:
    """Return the processor's seconds for one section in PPL and XPL, of so many times the least."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        draw_section(name, property=property, size=size, um_per_pixel=FIELD_UM[property] / size, seed=seed)
        taken.append(time.process_time() - start)
    return min(taken)


def measured(sections: int, size: int, repeats: int) -> Iterator[tuple[str, str, list[float]]]:
    """Yield property, class and the seconds of its sections."""
    # The first section also computes the tables that all share.
    draw_section("granite", size=64)
    for property, recipes in RECIPES.items():
        for name in recipes:
            taken = [seconds(property, name, size, seed, repeats) for seed in range(sections)]
            yield property, name, taken


def main() -> None:
    """Measure and print."""
    options = parsed()
    print("| property | class | median, s | slowest, s |\n|---|---|---|---|")
    medians = {}
    for property, name, taken in measured(options.sections, options.size, options.repeats):
        medians[f"{name} ({property})"] = median = statistics.median(taken)
        print(f"| {property} | {name} | {median:.2f} | {max(taken):.2f} |", flush=True)
    slowest = max(medians, key=lambda name: medians[name])
    above = [name for name, median in medians.items() if median > LIMIT_SECONDS]
    print(
        f"\nMedian of the {len(medians)} classes {statistics.median(medians.values()):.2f} s, slowest "
        f"{slowest} {medians[slowest]:.2f} s; above {LIMIT_SECONDS} s: {', '.join(above) or 'none'}."
    )


if __name__ == "__main__":
    main()
