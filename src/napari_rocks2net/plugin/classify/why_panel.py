"""Why panel: the evidence for one class of one answer, both streams side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QEvent, QObject, QSize, Qt, Signal
from qtpy.QtWidgets import QFrame
from superqt import QElidingLabel
from superqt.utils import qdebounced

from napari_rocks2net.plugin.classify.explaining import GONE, WhyQuestion, ask, chosen_map, visible_view
from napari_rocks2net.plugin.classify.resemblance_strip import ResemblanceStrip
from napari_rocks2net.plugin.classify.watched_areas import classifier_behind
from napari_rocks2net.plugin.layers.evidence_layer import (
    remove_evidence,
    show_evidence_layer,
)
from napari_rocks2net.plugin.layers.result_table import ResultRow
from napari_rocks2net.plugin.look.controls import button, choice, row, sentence, shorten
from napari_rocks2net.plugin.look.forms import Page
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.tables import LINE_HEIGHT, fill_table, plain_table
from napari_rocks2net.wording import percent

if TYPE_CHECKING:
    from napari_rocks2net.explain import EvidenceMaps

HINT = "Click a class to ask why."
COLUMNS = ("Class", "Whole photo", "Critical area", "Answer")
STREAMS = {"Whole photo": "global", "Critical area": "local"}
MOST_LINES = 8
FLAT = "Every place says the same: the map has nothing to show."
MAP_TIP = (
    "Show over the photo what each place says for the class (bright) or against it (dark), in units of the "
    "logit, whose mean is the model's answer. Click other classes while it is shown."
)


class WhyPanel(Page):
    """Panel of the reasons of an answer: both streams, and on demand the evidence for a class.

    Signals
    -------
    message : (str)
        A sentence for the person.
    """

    message = Signal(str)

    def __init__(self, viewer: Any) -> None:
        super().__init__()
        self._viewer = viewer
        self.question: WhyQuestion | None = None
        self._maps: EvidenceMaps | None = None
        self.jobs = JobBar()
        self.title = QElidingLabel(HINT)
        self.title.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.map = button("Evidence map", MAP_TIP, self._toggled)
        self.map.setCheckable(True)
        self.stream = choice(*STREAMS, tip="The evidence in the whole photo, or in the critical area alone.")
        shorten(self.stream, 6)
        self.streams = sentence()
        self.table = plain_table("What the whole photo and the critical area say, each by itself.")
        self.similar_photos = ResemblanceStrip(viewer)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # What can be pressed comes first: in a low window the rest is scrolled to.
        buttons = row(self.map, self.stream, self.similar_photos.ask)
        self.fill(self.title, buttons, self.jobs, self.similar_photos, self.streams, self.table)
        self.similar_photos.message.connect(self.message)
        self.stream.currentTextChanged.connect(lambda _: self._show_map())
        self.jobs.message.connect(self.message)
        self._follow_soon = qdebounced(self._follow_view, timeout=0, parent=self)
        viewer.layers.events.connect(self._layers_changed)
        self.show_question(None)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Ask for the height of what is shown; it scrolls only where the window is low."""
        content = self.widget()
        if content is None:
            return super().sizeHint()
        hint, lines = content.sizeHint(), content.layout()
        # Sentences are as high as the dock is narrow.
        return QSize(hint.width(), max(hint.height(), lines.totalHeightForWidth(self.viewport().width())))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Ask again when what is shown changes."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return bool(super().eventFilter(watched, event))

    def show_question(self, question: WhyQuestion | None) -> None:
        """Ask about another class; None about none. A map that is shown is that of the new question."""
        if question is not None and question.same_as(self.question):
            return
        self.jobs.cancel()
        self.question, self._maps = question, None
        self.similar_photos.show_answer(question.row if question is not None else None)
        remove_evidence(self._viewer)
        self._describe()
        if question is not None and self.map.isChecked():
            self._look_at_visible_view()
            self._ask()

    def follow(self, rows: list[ResultRow]) -> None:
        """Keep to the answers that are shown: ask again what was answered anew, drop what is gone."""
        if (question := self.question) is None:
            return
        now = next((each for each in rows if _same_subject(each, question.row)), None)
        self.show_question(None if now is None else WhyQuestion(now, question.class_name, question.view))

    def close_jobs(self) -> None:
        """End what is under way."""
        self._viewer.layers.events.disconnect(self._layers_changed)
        self._follow_soon.cancel()
        self.jobs.cancel()
        self.similar_photos.jobs.cancel()

    def _describe(self) -> None:
        question = self.question
        for control in (self.map, self.stream):
            control.setEnabled(question is not None)
        if question is None:
            self.map.setChecked(False)
            self.title.setText(HINT)
            self.streams.hide()
            self.table.hide()
            return
        row = question.row
        self.title.setText(f"Why {question.class_name}? {row.prediction.property} of {row.plane.title}")
        self.title.setToolTip(self.title.text())
        self._describe_streams(row)

    def _describe_streams(self, row: ResultRow) -> None:
        from napari_rocks2net.explain import streams_sentence

        text = streams_sentence(row.prediction)
        self.streams.setText(text or "This model looks at the whole photo only.")
        self.streams.show()
        self.stream.setEnabled(bool(text))
        if not text:
            self.stream.setCurrentIndex(0)
        self.table.setVisible(bool(text))
        rows = _streams_table(row)
        fill_table(self.table, COLUMNS, rows)
        # As high as its lines: a table that scrolls within a panel that scrolls is hard to read.
        lines = self.table.horizontalHeader().sizeHint().height() + 2 * self.table.frameWidth()
        self.table.setFixedHeight(lines + LINE_HEIGHT * min(len(rows), MOST_LINES))

    def _toggled(self) -> None:
        if self.map.isChecked():
            self._look_at_visible_view()
            self._show_map() if self._maps is not None else self._ask()
        else:
            self.jobs.cancel()
            remove_evidence(self._viewer)

    def _look_at_visible_view(self) -> None:
        """Let the map be that of the view that is seen: each view of a field has one."""
        question = self.question
        if question is not None:
            view = visible_view(self._viewer, question.row.plane)
            if view != question.view:
                self.question, self._maps = replace(question, view=view), None

    def _layers_changed(self, event: Any) -> None:
        """Switching the views of a field hides one layer and shows another: wait for both."""
        if event.type == "visible" and self.question is not None and self.question.row.plane.other_views:
            self._follow_soon()

    def _follow_view(self) -> None:
        """Let the map be that of the view that is seen now, where it was of another one."""
        before = self.question
        self._look_at_visible_view()
        if self.question is not before:
            self.jobs.cancel()
            remove_evidence(self._viewer)
            if self.map.isChecked():
                self._ask()

    def _ask(self) -> None:
        question = self.question
        assert question is not None
        classifier = classifier_behind(self._viewer, question.row)
        if classifier is None:
            self.map.setChecked(False)
            self.message.emit(GONE)
            return
        self.jobs.run(lambda: ask(question, classifier), self._answered)

    def _answered(self, maps: EvidenceMaps) -> None:
        self._maps = maps
        self._show_map()

    def _show_map(self) -> None:
        question, maps = self.question, self._maps
        if question is None or maps is None or not self.map.isChecked():
            return
        chosen = chosen_map(maps, STREAMS[self.stream.currentText()])
        show_evidence_layer(self._viewer, question.plane, chosen, question.row)
        self.message.emit(FLAT if chosen.is_flat else chosen.method)


def _streams_table(row: ResultRow) -> list[list[str]]:
    """Return a line for each class, the most probable first."""
    prediction = row.prediction
    whole, local = prediction.global_probabilities or {}, prediction.local_probabilities or {}
    ranked = sorted(prediction.probabilities, key=prediction.probabilities.__getitem__, reverse=True)
    return [
        [name, *(percent(each.get(name, 0)) for each in (whole, local, prediction.probabilities))]
        for name in ranked
    ]


def _same_subject(one: ResultRow, other: ResultRow) -> bool:
    return (one.plane.layer_id, one.plane.index, one.prediction.property) == (
        other.plane.layer_id,
        other.plane.index,
        other.prediction.property,
    )
