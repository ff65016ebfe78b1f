"""Pair views widget: say which layers show one field, lay them on one another, switch between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import napari.viewer
import numpy as np
from qtpy.QtCore import QSize
from qtpy.QtWidgets import QDoubleSpinBox, QLabel, QWidget

from napari_rocks2net.plugin.layers.field_views import (
    guessed_views,
    own_name,
    pair_layers,
    paired_with,
    set_stage_axis,
    stage_axis,
    unpair_layers,
)
from napari_rocks2net.plugin.layers.mark import is_photo
from napari_rocks2net.plugin.look.controls import button, column, row, sentence
from napari_rocks2net.plugin.look.dock_widget import DockWidget
from napari_rocks2net.plugin.look.job_bar import JobBar
from napari_rocks2net.plugin.views.layer_registration import (
    LayerRegistration,
    RegistrationRequest,
    affine_onto,
    register_layers,
)
from napari_rocks2net.plugin.views.view_table import ViewTable
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.jobs import errors_as_messages
from napari_rocks2net.views import View, ViewError, rule_by_example
from napari_rocks2net.views.registration import LEAST_QUALITY

READY = "Select the layers that show one field, check their lights, then press Pair."
NEXT, PREVIOUS = "Alt-Right", "Alt-Left"
INTRODUCTION = (
    "The views of a field get one answer together. The first selected layer stays where it is, and the "
    f"others are laid on it. {NEXT} and {PREVIOUS} switch between the views in place."
)
DEFAULT_STEP = 10.0
# napari's buttons would hide the degree sign.
STEP_WIDTH = 104


class ViewsWidget(DockWidget):
    """Pairs image layers as the views of one field.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        Where the layers are.

    Attributes
    ----------
    table : ViewTable
        The selected layers with their lights and angles.
    step : QDoubleSpinBox
        Degrees from one plane of a stack to the next.
    jobs : JobBar
        Registers.
    """

    preferred_size = QSize(420, 420)

    # napari gives its viewer to a parameter annotated with exactly this text.
    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(viewer)
        self.table, self.jobs = ViewTable(), JobBar()
        self.step = QDoubleSpinBox(minimum=-180, maximum=180, decimals=1, value=DEFAULT_STEP, suffix="°")
        self.step.setMinimumWidth(STEP_WIDTH)
        self._rule = preferences.remembered_light_rule()
        self._affines: dict[str, np.ndarray] = {}
        self._fits: dict[tuple[str, str], str] = {}
        page = QWidget()
        column(page, sentence(INTRODUCTION), self.table, self._pairing(), self._stage(), roomiest=self.table)
        self._lay_out({"Views of a field": page}, self.jobs)
        self.jobs.message.connect(self.show_message)
        viewer.layers.selection.events.changed.connect(self.show_selected)
        viewer.layers.events.removed.connect(self._layer_removed)
        viewer.bind_key(NEXT, lambda _: self.show_next(1), overwrite=True)
        viewer.bind_key(PREVIOUS, lambda _: self.show_next(-1), overwrite=True)
        self.show_selected()
        self.show_message(READY)

    def show_selected(self, event: object = None) -> None:
        """Show the selected photos, or all views of the field that a single one is of; else what is shown."""
        chosen = [layer for layer in self._viewer.layers if layer in self._viewer.layers.selection]
        photos = [layer for layer in chosen if is_photo(layer)]
        if len(photos) == 1:
            photos = paired_with(photos[0], self._viewer.layers)
        if not photos:
            return
        others = photos != self.table.layers
        self._show_layers(photos)
        if others:
            # What was said is of the layers before.
            paired = len(photos) > 1 and paired_with(photos[0], self._viewer.layers) == photos
            self.show_message(_field_sentence(self.table.views()) if paired else READY)

    def pair(self) -> None:
        """Make the layers of the table the views of one field."""
        with errors_as_messages(self.show_message):
            views = self.table.views()
            pair_layers(views)
            self._learn({own_name(layer): (view.light, view.angle) for layer, view in views.items()})
            self.show_message(_field_sentence(views))

    def part(self) -> None:
        """Make the layers of the table photos by themselves again."""
        unpair_layers(self.table.layers)
        self.show_message(f"{len(self.table.layers)} photos by themselves.")

    def register(self) -> None:
        """Lay the layers of the table on the first of them."""
        with errors_as_messages(self.show_message):
            views = self.table.views()
            fixed, *others = views
            if not others:
                raise ViewError("Select two layers or more: the first stays, the others are laid on it.")
            requests = [
                RegistrationRequest.of(fixed, moving, (views[fixed], views[moving])) for moving in others
            ]
            self.jobs.run(lambda: register_layers(requests), self._apply_registrations)

    def undo_register(self) -> None:
        """Put the layers back to where they were before they were laid on one another."""
        for layer in self._viewer.layers:
            if (before := self._affines.pop(str(layer.unique_id), None)) is not None:
                layer.affine = before
        self._fits.clear()
        self._show_layers(self.table.layers)
        self.show_message("The layers lie where they were.")

    def turn_stage(self) -> None:
        """Call the first axis of the stack in the table the angle of the stage."""
        with errors_as_messages(self.show_message):
            for layer in self.table.layers:
                set_stage_axis(layer, self.step.value())
                self.show_message(
                    f"The planes of {layer.name} are views of one field, {self.step.value():g}° apart."
                )

    def show_next(self, step: int) -> None:
        """Show the next view of the field whose view is shown, in its place."""
        active = self._viewer.layers.selection.active
        # While points or regions are active, the photo that is seen below them.
        photo = active if active is not None and is_photo(active) else self._seen_photo()
        if photo is None:
            return
        if (axis := stage_axis(photo)) is not None:
            self._turn_stage_of(photo, axis, step)
            return
        views = paired_with(photo, self._viewer.layers)
        following = views[(views.index(photo) + step) % len(views)]
        for layer in views:
            layer.visible = layer is following
        if active is photo:
            self._viewer.layers.selection.active = following
        self.show_message(f"{following.name}: {guessed_views([following])[0]}.")

    def _turn_stage_of(self, stack: Any, axis: int, step: int) -> None:
        """Show the plane of a stack that lies so many steps of the stage farther, and say its angle."""
        dims = self._viewer.dims
        # The axes of a viewer are those of the layer with most of them, counted from the last.
        viewer_axis = dims.ndim - stack.ndim + axis
        dims.set_current_step(viewer_axis, dims.current_step[viewer_axis] + step)
        self.show_message(f"{stack.name}: the stage at {dims.point[viewer_axis]:g}°.")

    def _seen_photo(self) -> Any:
        """Return the topmost visible photo; None where there is none."""
        seen = (layer for layer in reversed(self._viewer.layers) if is_photo(layer) and layer.visible)
        return next(seen, None)

    def _end_jobs(self) -> None:
        self.jobs.cancel()
        self._viewer.layers.selection.events.changed.disconnect(self.show_selected)
        self._viewer.layers.events.removed.disconnect(self._layer_removed)
        for key in (NEXT, PREVIOUS):
            self._viewer.bind_key(key, None, overwrite=True)

    def _show_layers(self, photos: Sequence[Any]) -> None:
        self.table.show_layers(dict(zip(photos, guessed_views(photos, self._rule), strict=True)))
        self._show_fits()

    def _show_fits(self) -> None:
        """Say beside each layer how it was laid on the first, whatever was selected meanwhile."""
        ids = [str(layer.unique_id) for layer in self.table.layers]
        for line, layer_id in enumerate(ids):
            self.table.show_message(line, self._fits.get((ids[0], layer_id), ""))

    def _layer_removed(self, event: Any) -> None:
        if event.value in self.table.layers:
            self._show_layers([layer for layer in self.table.layers if layer is not event.value])

    def _pairing(self) -> Any:
        return row(
            button("Pair", "These layers are views of one field: one answer, one label.", self.pair),
            button("Part", "These layers are photos by themselves.", self.part),
            button("Register", "Lay the layers on the first by shift and rotation.", self.register),
            button("Undo", "Put the layers back to where they were.", self.undo_register),
            None,
        )

    def _stage(self) -> Any:
        return row(
            QLabel("Planes of a stack are apart:"),
            self.step,
            button("Stage angle", "The axis of the stack turns the stage: one field.", self.turn_stage),
            None,
        )

    def _learn(self, examples: dict[str, tuple[str, float | None]]) -> None:
        """Remember how the names of these layers say the light, for the next ones."""
        try:
            self._rule = rule_by_example(examples)
        except ViewError:
            return
        preferences.remember(preferences.LIGHT_EXAMPLES, examples)

    def _apply_registrations(self, registered: list[LayerRegistration]) -> None:
        layers = {str(layer.unique_id): layer for layer in self._viewer.layers}
        moved = 0
        for each in registered:
            fixed = layers.get(each.request.fixed.layer_id)
            moving = layers.get(each.request.moving.layer_id)
            planes = each.request.fixed, each.request.moving
            if fixed is None or moving is None or any(one.is_replaced_in(layers.values()) for one in planes):
                continue
            if each.registration.trusted:
                self._affines.setdefault(each.request.moving.layer_id, moving.affine.affine_matrix.copy())
                moving.affine = affine_onto(fixed, moving, each.matrix)
                moved += 1
            self._fits[each.request.fixed.layer_id, each.request.moving.layer_id] = str(each)
        self._show_fits()
        self.show_message(self._registration_sentence(registered, moved))

    def _registration_sentence(self, registered: list[LayerRegistration], moved: int) -> str:
        fixed = registered[0].request.fixed.name
        text = f"{moved} of {len(registered)} layers laid on {fixed}; no pixel was changed."
        refused = [each for each in registered if not each.registration.trusted]
        if not refused:
            return text
        worst = refused[0]
        return (
            f"{text} {worst.request.moving.name} fits nowhere (fit {worst.registration.quality:.1f}, at "
            f"least {LEAST_QUALITY} is asked for): it was left alone; does it show the same field?"
        )


def _field_sentence(views: Mapping[Any, View]) -> str:
    return f"One field: {', '.join(f'{layer.name} ({view})' for layer, view in views.items())}."
