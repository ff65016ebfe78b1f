"""Form of the settings of a training."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from psygnal import Signal

from napari_rocks2net.models.catalog import model_spec
from napari_rocks2net.plugin.look.form_labels import widen_list
from napari_rocks2net.plugin.look.setting_fields import read_fields
from napari_rocks2net.plugin.train.network_choice import values_for
from napari_rocks2net.plugin.train.settings_fields import SettingsFields
from napari_rocks2net.plugin.train.start_choice import RANDOM, start_choices, start_keywords
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.model_choice import ModelChoice
from napari_rocks2net.samples import SplitRequest
from napari_rocks2net.training.config import PRESETS, TrainingConfig
from napari_rocks2net.training.run_folder import finished_runs


class SettingsForm(SettingsFields):
    """Form of a `TrainingConfig`, remembered from one session to the next.

    Attributes
    ----------
    remembered : bool
        Whether the values are those of an earlier session.
    changed : psygnal.SignalInstance
        Emitted after a change, with the name of the field.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        self._known = ModelChoice()
        super().__init__()
        self._usual = self.values()
        self.refresh_starts()
        self.remembered = self._restore()
        self._network: str = self.model.value
        self._connect()
        self._show_fields()
        self.show_device("")

    @property
    def runs_folder(self) -> Path:
        """The folder that every run gets a folder in."""
        return Path(str(self.runs.value)).expanduser()

    def config(self, output: Path) -> TrainingConfig:
        """Return the configuration for a run folder.

        Raises
        ------
        ValueError
            If a value or the model to start from cannot be used.
        """
        return TrainingConfig(**self.keywords(), output=output)

    def keywords(self) -> dict[str, Any]:
        """Return the fields of `TrainingConfig` that the form sets."""
        values = {
            name: value for name, value in self.values().items() if name not in ("start", "folds", "runs")
        }
        values["target"] = self._target_folder()
        return values | start_keywords(self.start.value or RANDOM)

    def values(self) -> dict[str, Any]:
        """Return what every field shows, as JSON can hold it."""
        folders = {"runs": str(self.runs.value), "target": str(self.target.value or "")}
        return read_fields(self.fields) | folders

    def refresh_starts(self, chosen: str | None = None) -> None:
        """Read again which models and runs there are to start from, and choose one of them."""
        choice = chosen or self.start.value
        self._known.reload()
        self.starts = start_choices(
            self._known.choices(),
            [run.path for run in finished_runs(self.runs_folder) if run.model.is_file()],
            imagenet=model_spec(self.model.value).imagenet,
        )
        self.start.reset_choices()
        self.start.value = choice if choice in self.start.choices else RANDOM
        widen_list(self.start.native)

    def start_from_model(self, path: Path) -> None:
        """Add a model file and start from it.

        Raises
        ------
        ModelFileError
            If it cannot be used.
        """
        self.refresh_starts(self._known.add(path))

    def show_device(self, reason: str) -> None:
        """Say what trains, and what suits it."""
        self.device.value = reason
        self.device.visible = bool(reason)

    def split_request(self) -> SplitRequest:
        """Return how samples are to be split."""
        return SplitRequest(self.validation.value, self.test.value, self.seed.value, self.folds.value)

    def _connect(self) -> None:
        for name, field in self.fields.items():
            field.changed.connect(lambda _, name=name: self._field_changed(name))

    def _field_changed(self, name: str) -> None:
        if name == "model":
            self._take_network()
        if name == "preset":
            self._take_preset()
        if name == "runs":
            self.refresh_starts()
        preferences.remember_values(preferences.TRAINING_SETTINGS, self.values())
        self.changed.emit(name)

    def _take_network(self) -> None:
        previous, self._network = self._network, self.model.value
        for name, value in values_for(self._network, previous, self.values(), self._usual).items():
            self.fields[name].value = value
        self.refresh_starts()
        self._show_fields()

    def _show_fields(self) -> None:
        spec = model_spec(self.model.value)
        self.localization.visible = spec.localizes
        self.target.visible = spec.adapts

    def _target_folder(self) -> Path | None:
        if not model_spec(self.model.value).adapts:
            return None
        chosen = str(self.target.value or "")
        folder = Path(chosen).expanduser()
        if not chosen or not folder.is_dir():
            wrong = f"{chosen!r} is no folder" if chosen else "no folder is chosen"
            raise ValueError(
                f"The network {self.model.value!r} adapts to another microscope, and {wrong}: choose under "
                "'Adapt to' the folder of unlabelled photos taken there."
            )
        return folder

    def _take_preset(self) -> None:
        preset = PRESETS[self.preset.value]
        for name in ("epochs", "augmentation", "class_weights", "patience"):
            self.fields[name].value = preset[name]

    def _restore(self) -> bool:
        values = preferences.remembered_values(preferences.TRAINING_SETTINGS)
        # The folder of the runs and the network decide what there is to start from.
        for name in ("runs", "model", *self.fields):
            if name in values:
                self._restore_field(name, values[name])
            if name in ("runs", "model"):
                self.refresh_starts()
        return bool(values)

    def _restore_field(self, name: str, value: Any) -> None:
        field = self.fields[name]
        if hasattr(field, "choices") and value not in field.choices:
            return
        # Remembered by another version with other limits: the default stands.
        with suppress(TypeError, ValueError):
            field.value = value
