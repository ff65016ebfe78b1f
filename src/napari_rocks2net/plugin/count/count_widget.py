"""Count points widget: lay a grid, name what lies under the cross, see the percentages settle."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import napari.viewer
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QWidget
from superqt.utils import qdebounced

from napari_rocks2net.plugin.commands import map_of_plane
from napari_rocks2net.plugin.count.class_table import KEYS
from napari_rocks2net.plugin.count.compare_page import ComparePage
from napari_rocks2net.plugin.count.count_layers import CountLayers
from napari_rocks2net.plugin.count.count_page import CountPage
from napari_rocks2net.plugin.count.count_place import ask_for_count, place_of
from napari_rocks2net.plugin.count.count_request import CountRequest
from napari_rocks2net.plugin.count.grid_form import GridForm
from napari_rocks2net.plugin.count.suggest_box import SuggestBox
from napari_rocks2net.plugin.layers.image_planes import shown_step
from napari_rocks2net.plugin.layers.seen_images import show_image
from napari_rocks2net.plugin.look.controls import button, column, row, sentence
from napari_rocks2net.plugin.look.dock_widget import DockWidget
from napari_rocks2net.plugin.look.forms import Page, allow_shrinking
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.look.plot_theme import PlotTheme
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.plugin.work.jobs import errors_as_messages
from napari_rocks2net.plugin.work.keys import REDO, UNDO, KeyFilter
from napari_rocks2net.point_counting import (
    EXCLUDED,
    CountSession,
    PointCountError,
    read_count,
)
from napari_rocks2net.point_counting.suggestions import Suggestions, from_map

READY = "Choose a photo, write down the classes and who counts, then press Begin."


class CountWidget(DockWidget):
    """Counts points on a photo or a slide.

    Attributes
    ----------
    form : GridForm
        What to count.
    page : CountPage
        What came of it so far.
    comparison : ComparePage
        Observers side by side.
    session : CountSession or None
        The count under way.
    layers : CountLayers or None
        What it shows.
    """

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(viewer)
        self.session: CountSession | None = None
        self.layers: CountLayers | None = None
        self._request: CountRequest | None = None
        self.jobs = JobBar()
        self.form = GridForm(viewer)
        self.page = CountPage(PlotTheme.of(viewer))
        self.comparison, self.suggest_box = ComparePage(self.jobs), SuggestBox(self.suggest)
        self._actions = self._key_actions()
        self._build()
        self.show_message(READY)
        self._expect_soon()

    def begin(self) -> None:
        """Begin a count of the chosen photo, or go on with the one that is kept of it."""
        with errors_as_messages(self.show_message):
            request = self.form.request()
            observer = self.form.observer_name()
            count = request.begun(self.form.settings(), self.form.class_names())
            count.require_observer(observer)
            place = place_of(self, self._viewer, request)
            if place is None:
                self.show_message("Not begun.")
            elif place.exists():
                self._go_on(request, place, observer)
            else:
                self._start(request, CountSession.begin(count, place, observer))

    def open_count(self) -> None:
        """Go on with a count that lies elsewhere, on the chosen photo."""
        with errors_as_messages(self.show_message):
            request = self.form.request()
            path = ask_for_count(self)
            if path is None:
                return
            counted = read_count(path).image
            question = (
                f"The count is of {counted}, and the chosen photo is {request.image}: is it the same photo?"
            )
            if counted == request.image or questions.confirm(self, "Open count", question):
                self._go_on(request, path, self.form.observer_name())

    def name_number(self, number: int) -> None:
        """Name what lies under the cross by the number of a class, from 0."""
        if self.session is not None:
            classes = self.session.count.classes
            if number < len(classes):
                self.name(classes[number])
            else:
                self.show_message("No class has this key.")

    def name(self, name: str) -> None:
        """Name what lies under the cross."""
        self.show_message("")
        if self._is_away():
            self.show_message("The points are on another plane, which is shown again: look, then name.")
        else:
            self._do(lambda session: session.name(name))

    def leave_out(self) -> None:
        """Let the point under the cross count for nothing."""
        self.name(EXCLUDED)

    def accept(self) -> None:
        """Take the first suggestion for the point under the cross, where suggestions are seen."""
        if self.session is None or not self.page.suggestions.isChecked():
            return
        point, suggestions = self.session.current, self.session.count.suggestions.values()
        if label := next((names[point] for names in suggestions if names[point]), ""):
            self.name(label)

    def undo(self) -> None:
        """Take the last name back."""
        self._do(CountSession.undo)

    def redo(self) -> None:
        """Give the name again that was taken back."""
        self._do(CountSession.redo)

    def step(self, points: int) -> None:
        """Go some points forwards, or backwards."""
        self._do(lambda session: session.go(session.current + points))

    def suggest(self) -> None:
        """Let the map of the slide, or the chosen model, name every point."""
        if self.session is None or self._request is None:
            self.show_message(READY)
            return
        if self.suggest_box.model is not None:
            self.jobs.run(
                self.suggest_box.job(self._request.plane, self.session.count), self._take_suggestions
            )
            return
        with errors_as_messages(self.show_message):
            result = map_of_plane(self._viewer, self._request.plane)
            if result is None:
                raise PointCountError("There is no map of this photo: make one in Map slide first.")
            self._take_suggestions(from_map(result, self.session.count.positions))

    def close_count(self) -> None:
        """End the count and take its layers out of the viewer; it stays in its file."""
        self.jobs.cancel()
        if self.session is not None:
            self.session.changed.disconnect(self._show)
        if self.layers is not None:
            self.layers.remove()
        self.session = self.layers = None
        self.page.leave_count()

    def _end_jobs(self) -> None:
        self.close_count()
        for choice in (self.form.photo, self.form.region, self.form.excluded):
            choice.close_jobs()

    def _is_away(self) -> bool:
        """Return whether another plane of the stack was shown than the one that is counted; show that one."""
        plane = self._request.plane if self._request is not None else None
        layer = next((each for each in self._viewer.layers if plane and plane.is_shown_by(each)), None)
        if plane is None or layer is None or shown_step(self._viewer, layer) == plane.index:
            return False
        show_image(self._viewer, plane.layer_id, plane.index)
        return True

    def _do(self, action: Callable[[CountSession], object]) -> None:
        """Do something with the count under way, if there is one, or say why that cannot be done."""
        if self.session is not None:
            with errors_as_messages(self.show_message):
                action(self.session)

    def _key_actions(self) -> dict[str, Callable[[], None]]:
        """Return what every key does, by napari's name of the key."""
        return {key: partial(self.name_number, number) for number, key in enumerate(KEYS)} | {
            "0": self.leave_out,
            "Enter": self.accept,
            "Backspace": self.undo,
            UNDO: self.undo,
            REDO: self.redo,
            "PageUp": partial(self.step, -1),
            "PageDown": partial(self.step, 1),
        }

    def _go_on(self, request: CountRequest, path: Path, observer: str) -> None:
        request.require_same_photo(read_count(path))
        self._start(request, CountSession.open(path, observer))

    def _start(self, request: CountRequest, session: CountSession) -> None:
        self.close_count()
        self.form.remember()
        self.form.classes.value = ", ".join(session.count.classes)
        self._request, self.session = request, session
        show_image(self._viewer, request.plane.layer_id, request.plane.index)
        self.layers = CountLayers(self._viewer, session, request.plane, self._actions)
        session.changed.connect(self._show)
        self.tabs.setCurrentWidget(self.page)
        self.page.setFocus()
        self._show()

    def _show(self) -> None:
        if self.session is None or self.layers is None:
            return
        if not self.layers.complete:
            path = self.session.path
            self.close_count()
            self.show_message(
                f"The points were deleted from the viewer; what was named is in {path}. Begin goes on."
            )
            return
        self.layers.show()
        self.page.show_count(self.session)
        self.comparison.show_sources(self.session.count)
        done, points = self.session.count.progress(self.session.observer)
        kept = f"Kept in {self.session.path}, point by point."
        self.show_message(f"All {points} points have a name." if done == points else kept)

    def _change_classes(self) -> None:
        names = self.form.class_names()
        if self.session is not None and names != self.session.count.classes:
            self._do(lambda session: session.change(session.count.with_classes(names)))

    def _take_suggestions(self, suggestions: Suggestions) -> None:
        for source, names in suggestions.items():
            self._do(partial(CountSession.suggest, source=source, names=names))
        self.show_message(
            f"Suggested by {', '.join(suggestions)}; compare, or show suggestions while counting."
        )

    def _build(self) -> None:
        allow_shrinking(self.form)
        self.expected = sentence()
        start = button("Begin", "Lay the points, or go on with the count of this photo.", self.begin)
        other = button("Open count...", "Go on with a count that is kept elsewhere.", self.open_count)
        setup, comparing = Page(), QWidget()
        setup.fill(self.form.native, self.expected, row(start, other, None))
        column(comparing, self.comparison, self.suggest_box, roomiest=self.comparison)
        self._lay_out({"Grid": setup, "Count": self.page, "Compare": comparing}, self.jobs)
        self.page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        KeyFilter(self.page, self._actions, lambda: self.session is not None)
        self.show_messages_of(self.jobs, self.page, self.comparison)
        self._aligned = (self.form,)
        self.page.classes.clicked.connect(self.name)
        self.page.suggestions.toggled.connect(lambda _: self._show())
        self.comparison.point_clicked.connect(lambda point: self._do(lambda session: session.go(point)))
        self.form.classes.native.editingFinished.connect(self._change_classes)
        self._expect_soon = qdebounced(
            lambda: self.expected.setText(self.form.expectation()), timeout=150, parent=self
        )
        self.form.edited.connect(lambda: self._expect_soon())
