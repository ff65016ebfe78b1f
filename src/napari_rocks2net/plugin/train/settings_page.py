"""Settings page of the Train widget, with the image size and the batch that suit this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal

from napari_rocks2net.plugin.look.forms import Page, align_labels, folded
from napari_rocks2net.plugin.train.settings_form import SettingsForm
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.plugin.work.jobs import JobRunner, errors_as_messages
from napari_rocks2net.torch_beside_opengl import prepare_torch_import

if TYPE_CHECKING:
    from napari_rocks2net.training.duration.forecast import DeviceAdvice

DEVICE_FIELDS = frozenset({"model", "backbone", "accelerator"})


class SettingsPage(Page):
    """A `SettingsForm` on a page that scrolls where the window is low.

    Signals
    -------
    message : (str)
        A sentence for the person.
    """

    message = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.form = SettingsForm()
        self._adviser = JobRunner(self)
        self.form.browse.changed.connect(lambda _: self.ask_for_start())
        self.advanced = folded(self.form.advanced.native)
        self.fill(self.form.main.native, self.advanced)
        self.form.changed.connect(self._changed)

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """Line the labels up once napari's style is known."""
        super().showEvent(event)
        for form in (self.form.main, self.form.advanced):
            align_labels(form)

    def ask_advice(self, fill_in: bool = True) -> None:
        """Look at the device in a thread, and fill in the size and the batch that suit it.

        What the person changes while the device is looked at stays.
        """
        request = self.form.model.value, self.form.accelerator.value, self.form.backbone.value
        before = self._sizes()
        self._adviser.start(
            lambda: advice_in_thread(*request),
            on_done=lambda advice: self._take(advice, fill_in and self._sizes() == before),
            on_error=self.form.show_device,
        )

    def ask_for_start(self) -> None:
        """Let the person choose a model file to start from."""
        if path := questions.ask_open_file(self, "Start from", questions.MODELS, self.form.runs_folder):
            with errors_as_messages(self.message.emit):
                self.form.start_from_model(path)

    def close_jobs(self) -> None:
        """Stop looking at the device."""
        self._adviser.cancel()

    def _changed(self, name: str) -> None:
        if name in DEVICE_FIELDS:
            self.ask_advice()

    def _take(self, advice: DeviceAdvice, fill_in: bool) -> None:
        self.form.show_device(advice.reason)
        if fill_in:
            self.form.size.value, self.form.batch_size.value = advice.size, advice.batch_size

    def _sizes(self) -> tuple[int, int]:
        return self.form.size.value, self.form.batch_size.value


def advice_in_thread(model: str, accelerator: str, backbone: str | None) -> DeviceAdvice:
    """Choose for the device; imports torch, which takes seconds."""
    prepare_torch_import()
    from napari_rocks2net.training.duration.forecast import advise_for_device

    return advise_for_device(model, accelerator, backbone)
