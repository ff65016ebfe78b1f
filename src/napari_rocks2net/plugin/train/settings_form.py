"""Form of the settings of a training."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from magicgui.widgets import Container, Label, PushButton
from psygnal import Signal
from qtpy.QtWidgets import QSizePolicy

from napari_rocks2net.models.catalog import model_for, model_spec
from napari_rocks2net.plugin.look.forms import BROWSE, allow_shrinking, widen_list
from napari_rocks2net.plugin.look.setting_fields import NamedFields, read_fields
from napari_rocks2net.plugin.train.setting_rows import ADVANCED, MAIN, OF_PRESET, OF_WIDGET, training_fields
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.plugin.work.model_choice import ModelChoice
from napari_rocks2net.samples import SampleTable, SplitRequest
from napari_rocks2net.training.choices import (
    BEST_START,
    photos_sentence,
    start_choices,
    start_keywords,
    values_for,
)
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.presets import AUTO, PRESETS
from napari_rocks2net.training.runs.run_folder import finished_runs
from napari_rocks2net.untrusted import is_folder

BROWSE_TIP = "Add a .safetensors file to what can be started from, and choose it."


class SettingsForm(NamedFields):
    """Form of a `TrainingConfig`, what to start from, folds and the folder of the runs.

    It is remembered from one session to the next.

    Attributes
    ----------
    fields : dict
        The fields by name; each is an attribute too.
    main, advanced : magicgui.widgets.Container
        What to show, and what to fold away.
    browse : magicgui.widgets.PushButton
        Beside the choice of what to start from; whoever shows the form lets the person choose a file.
    starts : list of tuple
        (what to show, value) that ``start`` offers.
    remembered : bool
        Whether the values are those of an earlier session.
    photos : magicgui.widgets.Label
        Which network suits the number of labelled photos.
    changed : psygnal.SignalInstance
        Emitted after a change, with the name of the field.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        self._models = ModelChoice()
        self.starts: list[tuple[str, str]] = [BEST_START]
        self.fields = training_fields(lambda: self.starts)
        self.browse = PushButton(text=BROWSE, tooltip=BROWSE_TIP)
        self.device = Label(label="", value="", tooltip="What the size and the batch were chosen for.")
        self.photos = Label(label="", value="", tooltip="What the labelled photos are enough for.")
        self.patience.native.setSpecialValueText("never stop early")
        self.target.line_edit.native.setPlaceholderText("unlabelled photos")
        self._arrange()
        self._usual = self.values()
        self.refresh_starts()
        self.remembered = self._restore()
        self._network: str = self.model.value
        # The network follows the number of photos until the person chooses another, now or earlier.
        remembered = preferences.remembered_values(preferences.TRAINING_SETTINGS).get("model")
        self._suggested: str | None = None if remembered == self._network else self._network
        for name, field in self.fields.items():
            field.changed.connect(lambda _, name=name: self._field_changed(name))
        self.show_photos("")
        self._show_fields()

    def _arrange(self) -> None:
        start = Container(
            widgets=[self.start, self.browse],
            layout="horizontal",
            labels=False,
            label=self.start.label,
            tooltip=self.start.tooltip,
        )
        start.margins = (0, 0, 0, 0)
        self._rows: dict[str, Any] = self.fields | {"start": start}
        rows = [self._rows[name] for name in MAIN]
        rows.insert(MAIN.index("batch_size") + 1, self.device)
        rows.insert(MAIN.index("model") + 1, self.photos)
        self.main: Container[Any] = Container(widgets=rows)
        self.advanced: Container[Any] = Container(widgets=[self._rows[name] for name in ADVANCED])
        for form in (self.main, self.advanced):
            allow_shrinking(form)
        self.browse.native.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

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
        values = {name: value for name, value in self.values().items() if self._is_used(name)}
        start = values.pop("start", AUTO)
        if "target" in values:
            values["target"] = self._target_folder()
        for of_widget in OF_WIDGET:
            del values[of_widget]
        return values | start_keywords(start or AUTO)

    def values(self) -> dict[str, Any]:
        """Return what every field shows, as JSON can hold it."""
        folders = {"runs": str(self.runs.value), "target": str(self.target.value or "")}
        return read_fields(self.fields) | folders

    def refresh_starts(self, chosen: str | None = None) -> None:
        """Read again which models and runs there are to start from, and choose one of them."""
        choice = chosen or self.start.value
        self.starts = start_choices(
            self._models.choices(),
            [run.path for run in finished_runs(self.runs_folder) if run.model.is_file()],
            imagenet=model_spec(self.model.value).imagenet,
        )
        self.start.reset_choices()
        self.start.value = choice if choice in self.start.choices else AUTO
        widen_list(self.start.native)

    def start_from_model(self, path: Path) -> None:
        """Add a model file and start from it.

        Raises
        ------
        ModelFileError
            If it cannot be used.
        """
        self.refresh_starts(self._models.add(path))

    def show_device(self, reason: str) -> None:
        """Say what trains, and what suits it."""
        self.device.value = reason
        self.device.visible = bool(reason) and self._is_used("size")

    def show_photos(self, sentence: str) -> None:
        """Say which network suits the number of labelled photos."""
        self.photos.value = sentence
        self.photos.visible = bool(sentence)

    def take_samples(self, samples: SampleTable | None) -> None:
        """Take note of the samples that are chosen now; see `suggest_network`."""
        if samples is not None:
            self.suggest_network(len(samples.frame))

    def suggest_network(self, photos: int) -> None:
        """Choose the network that suits so many labelled photos, unless the person has chosen one."""
        self.show_photos(photos_sentence(photos))
        if self.model.value == self._suggested:
            self._suggested = model_for(photos)
            self.model.value = self._suggested

    def split_request(self) -> SplitRequest:
        """Return how samples are to be split."""
        return SplitRequest(self.validation.value, self.test.value, self.seed.value, self.folds.value)

    def _field_changed(self, name: str) -> None:
        if name == "model":
            self._take_network()
        if name == "preset":
            for of_preset in OF_PRESET:
                self.fields[of_preset].value = PRESETS[self.preset.value][of_preset]
        if name == "runs":
            self.refresh_starts()
        values = self.values()
        if values["model"] == self._suggested:
            del values["model"]
        preferences.remember(preferences.TRAINING_SETTINGS, values)
        self.changed.emit(name)

    def _take_network(self) -> None:
        previous, self._network = self._network, self.model.value
        for name, value in values_for(self._network, previous, self.values(), self._usual).items():
            self.fields[name].value = value
        self.refresh_starts()
        self._show_fields()

    def _show_fields(self) -> None:
        for name, row in self._rows.items():
            row.visible = self._is_used(name)
        self.show_device(self.device.value)

    def _is_used(self, name: str) -> bool:
        """Return whether a field has a meaning for the chosen network."""
        setting = "start_from" if name == "start" else name
        return setting in OF_WIDGET or model_spec(self.model.value).uses(setting)

    def _target_folder(self) -> Path:
        chosen = str(self.target.value or "")
        folder = Path(chosen).expanduser()
        if not chosen or not is_folder(folder):
            wrong = f"{chosen!r} is no folder" if chosen else "no folder is chosen"
            raise ValueError(
                f"The network {self.model.value!r} adapts to another microscope, and {wrong}: choose under "
                "'Adapt to' the folder of unlabelled photos taken there."
            )
        return folder

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
