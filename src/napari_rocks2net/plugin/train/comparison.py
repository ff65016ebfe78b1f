"""Run comparison, two side by side: settings that differ, figures, curves and confusion matrices."""

from __future__ import annotations

from pathlib import Path

import napari
from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtWidgets import QHeaderView, QLabel, QSplitter, QTabWidget, QWidget

from napari_rocks2net.evaluation.figure_keys import ACCURACY
from napari_rocks2net.plugin.look.controls import choice, column, form_button, row, sentence, shorten
from napari_rocks2net.plugin.look.plot_theme import SECOND_RUN, VALIDATION, PlotTheme
from napari_rocks2net.plugin.look.tables import fill_table, plain_table
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.training.events import EPOCH
from napari_rocks2net.training.runs.run_folder import RunFolder, finished_runs

SIDES = ("A", "B")
COLOURS = {"A": VALIDATION, "B": SECOND_RUN}
CHOOSE = "Choose two runs to see them side by side."


class ComparisonPanel(QWidget):
    """Two runs, A and B."""

    def __init__(self, viewer: napari.Viewer) -> None:
        super().__init__()
        self.choices = {side: choice(tip=f"Run {side}.") for side in SIDES}
        self.browse = {side: form_button("...", f"Choose the folder of run {side}.") for side in SIDES}
        self.message = sentence(CHOOSE)
        self._viewer = viewer
        self.halves: QSplitter | None = None
        self._runs_folder = Path()
        self._lay_out()
        for side in SIDES:
            self.choices[side].currentIndexChanged.connect(lambda _: self.compare())
            self.browse[side].clicked.connect(lambda _=False, side=side: self.ask_for_run(side))

    def offer(self, runs_folder: Path) -> None:
        """Offer the finished runs of a folder; what is chosen stays."""
        self._runs_folder = runs_folder
        runs, before = [run.path for run in finished_runs(runs_folder)], self.chosen()
        folders: list[Path] = []
        for side, box in self.choices.items():
            offered = list(dict.fromkeys([*runs, *([before[side]] if side in before else [])]))
            free = [run for run in (before.get(side), *offered) if run is not None and run not in folders]
            with QSignalBlocker(box):
                box.clear()
                for run in offered:
                    box.addItem(run.name, str(run))
                box.setCurrentIndex(box.findData(str(free[0])) if free else -1)
            folders += free[:1]
        self.compare()

    def choose(self, side: str, run: Path) -> None:
        """Choose a run for "A" or "B"."""
        box = self.choices[side]
        if box.findData(str(run)) < 0:
            box.addItem(run.name, str(run))
        box.setCurrentIndex(box.findData(str(run)))

    def ask_for_run(self, side: str) -> None:
        """Ask for the folder of a run, for "A" or "B"."""
        if folder := questions.ask_folder(self, f"Run {side}", self._runs_folder):
            self.choose(side, folder)

    def chosen(self) -> dict[str, Path]:
        """Return the run folders that are chosen, by side."""
        return {side: Path(box.currentData()) for side, box in self.choices.items() if box.currentData()}

    def compare(self) -> None:
        """Show the two chosen runs, or say why that cannot be done."""
        runs = self.chosen()
        if len(set(runs.values())) < len(SIDES):
            self._show(False, CHOOSE)
            return
        try:
            self._fill(runs)
        except ValueError as error:
            self._show(False, str(error))
            return
        self._show(True, "")

    def _fill(self, runs: dict[str, Path]) -> None:
        from napari_rocks2net.plugin.look.plots import line
        from napari_rocks2net.plugin.train.live_curves import FIGURES
        from napari_rocks2net.training.runs.results import read_results
        from napari_rocks2net.training.runs.training_run import compare_runs, comparison_rows

        if self.halves is None:
            self._add_plots()
        results = {side: next(iter(read_results(run).values())) for side, run in runs.items()}
        listed = comparison_rows(compare_runs(list(runs.values())))
        fill_table(self.table, ["", *SIDES], listed, wide=None)
        # Both runs are in sight, however many classes one has.
        for place, _ in enumerate(SIDES, start=1):
            self.table.horizontalHeader().setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        for side, result in results.items():
            self.plots[side].show_counts(result.confusion, result.classes)
            self.plots[side].setTitle(f"{side}: {100 * result.metrics[ACCURACY]:.0f} % ({result.part})")
        self.curves.clear()
        for side, run in runs.items():
            # A run of folds has none of its own.
            rows = RunFolder(run).read_epochs()
            for figure in FIGURES:
                name = f"{side}, validation" if figure == "loss" else ""
                curve = self.curves.add_curve(figure, name, line(COLOURS[side]))
                curve.setData([row[EPOCH] for row in rows], [row[f"validation_{figure}"] for row in rows])

    def _show(self, comparable: bool, message: str) -> None:
        self.message.setText(message)
        self.message.setVisible(bool(message))
        if self.halves is not None:
            self.halves.setVisible(comparable)

    def _lay_out(self) -> None:
        lines = []
        for side, box in self.choices.items():
            shorten(box, 0)
            self.browse[side].setMaximumWidth(32)
            lines.append(row(QLabel(side), box, self.browse[side], wide=box))
        column(self, *lines, self.message).addStretch(0)

    def _add_plots(self) -> None:
        """Make table and plots with the first comparison: they would hold the opening of the widget up."""
        from napari_rocks2net.plugin.train.confusion_plot import ConfusionPlot
        from napari_rocks2net.plugin.train.live_curves import CurvePlots

        self.table = plain_table("Settings that differ, and figures.")
        theme = PlotTheme.of(self._viewer)
        self.curves = CurvePlots(theme)
        self.plots = {side: ConfusionPlot(theme) for side in SIDES}
        pictures = QTabWidget()
        # One below the other they would be flat stripes in the window of a laptop.
        for side, plot in self.plots.items():
            pictures.addTab(plot, f"Confusion {side}")
        pictures.addTab(self.curves, "Curves")
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.addWidget(self.table)
        self.halves.addWidget(pictures)
        self.halves.setStretchFactor(1, 3)
        layout = self.layout()
        layout.insertWidget(layout.count() - 1, self.halves, 1)
