"""Waiting times: help, one photo from a cold start, Classify's answers; for widgets that open see opening.py.

    python benchmarks/first_answer.py       # where there is a display, or under xvfb-run

The viewer is a real one. Classify is clicked on some seconds after it was opened, in which it loads torch;
its first answer loads the built-in model.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from recording import Table, add_option, publish

from napari_rocks2net.synthetic import draw_section

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
STARTS, FURTHER = 3, 5
SECONDS_BEFORE_CLICK = 4.0


def started(*arguments: object) -> float:
    """Return how long a command takes in a new process, the middle one of several times."""
    command = [sys.executable, "-m", "napari_rocks2net", *map(str, arguments)]
    return statistics.median(
        timed(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(STARTS)
    )


def timed(act: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def in_the_viewer() -> list[list[str]]:
    """Classify a layer in a viewer; return rows of the table."""
    from napari_rocks2net.plugin.commands import PLUGIN, classify_selected_layers
    from real_viewer import open_viewer, paint, wait_until

    viewer = open_viewer()
    viewer.add_image(draw_section("fine crystal", size=600, seed=0).ppl, name="photo", rgb=True)
    _, widget = viewer.window.add_plugin_dock_widget(PLUGIN, "Classify")
    paint(SECONDS_BEFORE_CLICK)

    def classify() -> None:
        viewer.layers.selection = {viewer.layers["photo"]}
        classify_selected_layers(viewer)
        wait_until(lambda: not widget.running)

    first, *further = (timed(classify) for _ in range(1 + FURTHER))
    viewer.close()
    return [
        [
            f"Classify's first answer after the click, {SECONDS_BEFORE_CLICK:.0f} s after it was opened",
            f"{first:.1f} s",
        ],
        ["every further answer", f"{statistics.median(further):.2f} s"],
    ]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add_option(parser)
    options = parser.parse_args()
    from real_viewer import own_settings

    with own_settings() as folder:
        Image.fromarray(draw_section("fine crystal", size=600, seed=0).ppl).save(folder / "photo.png")
        photo, table = folder / "photo.png", folder / "a.csv"
        predict = ("predict", "five_properties", photo, "--out", table, "--overwrite")
        rows = [
            ["`napari-rocks2net --help`", f"{started('--help'):.2f} s"],
            ["`napari-rocks2net predict` for one photo, from a cold start", f"{started(*predict):.1f} s"],
            *in_the_viewer(),
        ]
    publish(Table.measured("first_answer", ("what", "time"), rows), options.record)


if __name__ == "__main__":
    main()
