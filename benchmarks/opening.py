"""Opening of the widgets: each in a viewer of its own, from the call to a window that is shown and idle.

    python benchmarks/opening.py            # where there is a display, or under xvfb-run

Each opening is one in a new process, after one that is not counted and warms the cache of files. The time
ends when the dock widget is shown and Qt's event loop would wait for the next event.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from npe2 import PluginManifest
from recording import Table, add_option, publish

from napari_rocks2net.plugin.commands import PLUGIN

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
TIMES = 3
AIM_SECONDS = 0.6


def widget_names() -> list[str]:
    """Return what the menu calls the widgets, in its order."""
    return [
        each.display_name for each in PluginManifest.from_distribution(PLUGIN).contributions.widgets or ()
    ]


def seconds_of_opening(name: str) -> float:
    """Return how long a widget takes to open in a new process."""
    command = [sys.executable, __file__, "--widget", name]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(output.splitlines()[-1])


def open_here(name: str) -> float:
    """Open a viewer and a widget in it, with settings of its own; return the seconds of the latter."""
    from real_viewer import open_viewer, own_settings

    with own_settings():
        viewer = open_viewer()
        run_until_idle()
        start = time.perf_counter()
        dock, _ = viewer.window.add_plugin_dock_widget(PLUGIN, name)
        run_until_idle()
        seconds = time.perf_counter() - start
    assert dock.isVisible()
    return seconds


def run_until_idle() -> None:
    """Run Qt's event loop until it would wait for the next event."""
    from qtpy.QtCore import QAbstractEventDispatcher, QEventLoop

    loop = QEventLoop()
    dispatcher = QAbstractEventDispatcher.instance()
    dispatcher.aboutToBlock.connect(loop.quit)
    loop.exec_()
    dispatcher.aboutToBlock.disconnect(loop.quit)


def row_of(name: str) -> list[str]:
    """Measure a widget, and return its row of the table."""
    _, *times = (seconds_of_opening(name) for _ in range(1 + TIMES))
    return [f"*{name}*", f"{statistics.median(times):.2f} s", f"{min(times):.2f} to {max(times):.2f} s"]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--widget", help="open this one here, and print the seconds")
    add_option(parser)
    options = parser.parse_args()
    if options.widget:
        print(open_here(options.widget), flush=True)
        # Without the end of the process, which takes seconds more.
        os._exit(0)
    rows = [row_of(name) for name in widget_names()]
    remark = (
        f"The middle one of {TIMES} openings, and all of them; aimed at is {AIM_SECONDS} s on two idle cores."
    )
    publish(Table.measured("opening", ("widget", "opens in", "from, to"), rows, [remark]), options.record)


if __name__ == "__main__":
    main()
