"""Button that adds a model file to a list of models."""

from __future__ import annotations

from pathlib import Path

from magicgui.widgets import ComboBox, PushButton, Select
from psygnal import Signal

from napari_rocks2net.plugin.look.choices import refresh_choices
from napari_rocks2net.plugin.work import questions
from napari_rocks2net.plugin.work.jobs import errors_as_messages
from napari_rocks2net.plugin.work.model_choice import ModelChoice, describe


class AddModelButton(PushButton):
    """Adds a model file that the person chooses, and chooses it in the list.

    Parameters
    ----------
    models : ModelChoice
        Keeps the files.
    listed : ComboBox or Select
        Offers `models`, one or several at a time.

    Attributes
    ----------
    message : psygnal.SignalInstance
        What the added model's card says, or why it cannot be used.
    """

    message = Signal(str)

    def __init__(self, models: ModelChoice, listed: ComboBox | Select) -> None:
        tooltip = "Choose a .safetensors file that was trained with this plugin."
        super().__init__(text="Add model file...", tooltip=tooltip)
        self._models, self._listed = models, listed
        self.changed.connect(lambda _: self.ask())

    def ask(self) -> None:
        """Let the person choose a model file and add it."""
        if path := questions.ask_model_file(self.native):
            self.add(path)

    def add(self, path: str | Path) -> None:
        """Add a model file to the list and choose it, or say why it cannot be used."""
        with errors_as_messages(self.message.emit):
            added = self._models.add(path)
            refresh_choices(self._listed)
            self._listed.value = [added] if isinstance(self._listed, Select) else added
            self.message.emit(describe(added))
