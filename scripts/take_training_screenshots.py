"""Take the pictures of the tutorial "From photos to your own model in ten minutes".

Run it where there is a display, or under a virtual one::

    xvfb-run -a -s "-screen 0 1920x1200x24" python scripts/take_training_screenshots.py

It draws forty photos of synthetic sections, labels them by keys, trains on them, and opens the results.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import napari
from PIL import Image
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_rocks2net.annotation import Vocabulary
from napari_rocks2net.plugin.commands import PLUGIN
from napari_rocks2net.plugin.train.source_fields import ANNOTATE
from napari_rocks2net.synthetic import draw_section
from real_viewer import close, open_viewer, options_of, own_settings, paint, take, wait_until

CLASSES = ("coarse crystal", "powder crystal", "mud crystal")
SHOWN_AT = 9
SECTIONS, LIGHTS = 7, ("ppl", "xpl")


def main() -> None:
    """Annotate, train, judge; a picture of each."""
    parser = options_of(__doc__)
    parser.add_argument("--epochs", type=int, default=6)
    options = parser.parse_args()
    with own_settings() as folder:
        work = folder / "thin sections"
        work.mkdir()
        truth = photos(work)
        viewer = open_viewer()
        annotate(viewer, work, truth, options.out)
        train(viewer, work, options)
        close(viewer)


def photos(folder: Path) -> dict[str, str]:
    """Draw the photos; return the class of each file."""
    truth = {}
    for label in CLASSES:
        for number in range(SECTIONS):
            section = draw_section(label, size=256, seed=number)
            for light in LIGHTS:
                file = folder / f"{label.partition(' ')[0]}-{number:02d}_{light.upper()}.png"
                Image.fromarray(getattr(section, light)).save(file)
                truth[str(file.resolve())] = label
    return truth


def annotate(viewer: napari.Viewer, work: Path, truth: dict[str, str], out: Path) -> None:
    """Label the photos by keys; the picture is taken before the last ones."""
    _, widget = viewer.window.add_plugin_dock_widget(PLUGIN, "Annotate")
    widget.file_panel.new_collection(work / "sections.collection.json")
    widget.vocabulary.add_vocabulary(lambda: Vocabulary.of_classes("grain", CLASSES))
    widget.file_panel.adding.add_paths(sorted(map(Path, truth)))
    while widget.file_panel.adding.jobs.running:
        paint(0.1)
    paint(1)
    for done in range(len(truth)):
        if done == SHOWN_AT:
            paint(2)
            viewer.reset_view(margin=0.03)
            take(viewer, out / "annotate.png")
        number = CLASSES.index(truth[str(widget.annotator.current.file)])
        QTest.keyClick(widget.page.table, Qt.Key(Qt.Key.Key_1 + number))
        paint(0.05)


def train(viewer: napari.Viewer, work: Path, options: argparse.Namespace) -> None:
    """Show the split, the settings for few photos, the run half-way, and the results."""
    _, widget = viewer.window.add_plugin_dock_widget(PLUGIN, "Train", tabify=True)
    widget.settings.runs.value = work / "runs"
    widget.source.kind.value = ANNOTATE
    widget.source.property.value = "grain"
    wait_until(lambda: widget.forecast.text().startswith("probe."))
    take(viewer, options.out / "train-split.png")
    widget.tabs.setCurrentWidget(widget.settings_page)
    take(viewer, options.out / "train-settings.png")
    settings = {"model": "rocks2net", "localization": "evidence", "start": "five_properties", "size": 128}
    for name, value in (settings | {"epochs": options.epochs, "batch_size": 8}).items():
        getattr(widget.settings, name).value = value
    widget.start()
    shown = lambda: len(widget.view.curves.points("loss", "training")[0])  # noqa: E731
    wait_until(lambda: shown() >= 2 * options.epochs // 3 or not widget.running)
    take(viewer, options.out / "train-run.png")
    wait_until(lambda: not widget.running)
    paint(1)
    take(viewer, options.out / "train-results.png")
    print(widget.status.text())


if __name__ == "__main__":
    main()
