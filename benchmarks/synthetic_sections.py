"""What a synthetic thin section costs: the processor's seconds for PPL and XPL of every class.

    OMP_NUM_THREADS=1 python benchmarks/synthetic_sections.py

Prints a Markdown table with the median and the slowest of some sections of every class, 512 x 512 pixels of
the field that photos of its property show: planning, exposure, drawing and both photos. Programs beside it
crowd the caches and slow even the processor's seconds down, for a while. So all sections are drawn in several
rounds, and of each the quickest drawing counts.
"""

from __future__ import annotations

import argparse
import statistics
import time

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


def seconds(property: str, name: str, size: int, seed: int) -> float:
    """Return the processor's seconds for one section in PPL and XPL."""
    start = time.process_time()
    draw_section(name, property=property, size=size, um_per_pixel=FIELD_UM[property] / size, seed=seed)
    return time.process_time() - start


def measured(sections: int, size: int, rounds: int) -> dict[tuple[str, str], list[float]]:
    """Return for every property and class the least seconds of its sections."""
    # The first section also computes the tables that all share.
    draw_section("granite", size=64)
    classes = [(property, name) for property, recipes in RECIPES.items() for name in recipes]
    every = [
        {each: [seconds(*each, size, seed) for seed in range(sections)] for each in classes}
        for _ in range(rounds)
    ]
    return {
        each: [min(taken) for taken in zip(*(one[each] for one in every), strict=True)] for each in classes
    }


def main() -> None:
    """Measure and print."""
    options = parsed()
    table = measured(options.sections, options.size, options.rounds)
    medians = {each: statistics.median(taken) for each, taken in table.items()}
    print("| property | class | median, s | slowest, s |\n|---|---|---|---|")
    for (property, name), taken in table.items():
        print(f"| {property} | {name} | {medians[property, name]:.2f} | {max(taken):.2f} |")
    above = [f"{name} ({property})" for (property, name), median in medians.items() if median > LIMIT_SECONDS]
    print(
        f"\nMedian of the {len(medians)} classes {statistics.median(medians.values()):.2f} s, slowest "
        f"{max(medians.values()):.2f} s; above {LIMIT_SECONDS} s: {', '.join(above) or 'none'}."
    )


if __name__ == "__main__":
    main()
