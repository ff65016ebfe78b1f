"""The settings of a training as a form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, ComboBox, Container, FileEdit, FloatSpinBox, Label, SpinBox
from psygnal import Signal

from napari_rocks2net.plugin import settings
from napari_rocks2net.plugin.classify.model_choice import ModelChoice
from napari_rocks2net.plugin.train.splitting import NO_FOLDS, SplitRequest
from napari_rocks2net.plugin.train.start_choice import RANDOM, start_choices, start_keywords

if TYPE_CHECKING:
    from napari_rocks2net.training import TrainingConfig

DEFAULT_RUNS = Path.home() / "rocks2net runs"
BY_PRESET = "as the recipe says"
# The names of the registry; more of them are filled in when torch is loaded.
USUAL_MODELS = ("rocks2net", "s2dnet", "gdnet", "densenet121", "dcnet")
MAIN = ("model", "localization", "start", "size", "batch_size", "epochs", "validation", "test")
SWITCHES = ("augmentation", "class_weights", "seed", "folds")
ADVANCED = (
    "preset", "learning_rate", "patience", "resize", "interpolation", "normalisation", "accelerator",
    "precision", "runs",
)  # fmt: skip


class SettingsForm:
    """Everything a `TrainingConfig` is made of, remembered from one session to the next.

    Attributes
    ----------
    main, advanced : magicgui.widgets.Container
        What to show, and what to fold away.
    remembered : bool
        Whether the values are those of an earlier session.
    changed : psygnal.SignalInstance
        Emitted after a change, with the name of the field.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        self._known = ModelChoice()
        # Kept here: magicgui asks again for the choices of a form that gets a parent.
        self._starts: list[tuple[str, str]] = [("Random weights", RANDOM)]
        self._models: tuple[str, ...] = USUAL_MODELS
        self._make_main()
        self._make_switches()
        self._make_advanced()
        self.device = Label(label="", value="", tooltip="What the size and the batch were chosen for.")
        rows = [getattr(self, name) for name in MAIN]
        rows.insert(MAIN.index("batch_size") + 1, self.device)
        self.main: Container[Any] = Container(widgets=rows + [getattr(self, name) for name in SWITCHES])
        self.advanced: Container[Any] = Container(widgets=[getattr(self, name) for name in ADVANCED])
        self.device.native.setWordWrap(True)
        self.refresh_starts()
        self.remembered = self._restore()
        self._connect()
        self._show_localization()
        self.show_device("")

    def _make_main(self) -> None:
        self.model = ComboBox(
            label="Network",
            choices=lambda _: self._models,
            value="rocks2net",
            tooltip="rocks2net and s2dnet look for a critical area; densenet121 is the quickest.",
        )
        self.localization = ComboBox(
            label="Critical area by",
            choices=[("pooled features (paper)", "gap"), ("evidence map", "evidence")],
            value="gap",
            tooltip="How the network finds where to look closely.",
        )
        self.start = ComboBox(
            label="Start from",
            choices=lambda _: self._starts,
            tooltip="Trained weights need fewer images and epochs. 'Browse' adds a model file or a run.",
        )
        self.size = SpinBox(
            label="Image size (px)", min=64, max=2048, step=32, value=256,
            tooltip="Images are resized to this square: a multiple of 32. Larger shows finer grains.",
        )  # fmt: skip
        self.batch_size = SpinBox(
            label="Batch", min=2, max=512, value=16, tooltip="Images in one step; less if memory runs out."
        )
        self.epochs = SpinBox(
            label="Epochs", min=1, max=10_000, value=30, tooltip="The most passes over the training images."
        )
        self.validation = _share("Validation", 0.15, "Sections that choose the best epoch.", lowest=0.05)
        self.test = _share("Test", 0.2, "Sections that are looked at once, at the end.", lowest=0.0)

    def _make_switches(self) -> None:
        self.augmentation = CheckBox(
            text="Augmentation", value=True, tooltip="Flips, quarter turns and mild colour changes; no zoom."
        )
        self.class_weights = CheckBox(
            text="Weigh rare classes more", value=True, tooltip="For collections that are not balanced."
        )
        self.seed = SpinBox(
            label="Seed", min=0, max=2**31 - 1, value=0,
            tooltip="The same seed splits and trains in the same way; another one gives another split.",
        )  # fmt: skip
        self.folds = ComboBox(
            label="Repeat by folds",
            choices=[("off", NO_FOLDS), *((f"{count} folds", count) for count in (3, 4, 5, 10))],
            value=NO_FOLDS,
            tooltip="Train several times, so that every thin section is tested once, and show the spread.",
        )

    def _make_advanced(self) -> None:
        self.preset = ComboBox(
            label="Recipe", choices=["default", "paper"], value="default",
            tooltip="'paper' is the authors' recipe: 300 epochs at a constant rate, no augmentation.",
        )  # fmt: skip
        self.learning_rate = FloatSpinBox(
            label="Learning rate", min=0, max=0.5, step=1e-4, value=0.0, tooltip="0: as the recipe says."
        )
        self.learning_rate.native.setDecimals(6)
        self.patience = SpinBox(
            label="Patience", min=0, max=1000, value=20,
            tooltip="Stop after so many epochs without a lower validation loss; 0 never stops early.",
        )  # fmt: skip
        self.resize = ComboBox(
            label="Resize by", choices=["stretch", "pad"], value="stretch",
            tooltip="Squash images to the square, or pad them.",
        )  # fmt: skip
        self.interpolation = _by_preset("Interpolation", ["bilinear", "nearest"], "How images are resized.")
        self.normalisation = _by_preset(
            "Normalisation", ["imagenet", "samplewise_center"], "How pixel values are centred."
        )
        self.accelerator = ComboBox(
            label="Device", choices=["auto", "cpu", "cuda", "mps"], value="auto",
            tooltip="The processor to train on; 'auto' takes the fastest.",
        )  # fmt: skip
        self.precision = ComboBox(
            label="Precision", choices=["auto", "32-true", "bf16-mixed", "16-mixed"], value="auto",
            tooltip="'auto' takes half precision on a GPU that has it.",
        )  # fmt: skip
        self.runs = FileEdit(
            label="Keep runs in", mode=FileDialogMode.EXISTING_DIRECTORY, value=DEFAULT_RUNS,
            tooltip="Every run gets a new folder in this one.",
        )  # fmt: skip

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
        from napari_rocks2net.training import TrainingConfig

        return TrainingConfig(**self.keywords(), output=output)

    def keywords(self) -> dict[str, Any]:
        """Return the fields of `TrainingConfig` that the form sets."""
        values = {
            name: value for name, value in self.values().items() if name not in ("start", "folds", "runs")
        }
        for name in ("interpolation", "normalisation"):
            values[name] = None if values[name] == BY_PRESET else values[name]
        values["learning_rate"] = values["learning_rate"] or None
        return values | start_keywords(self.start.value or RANDOM)

    def values(self) -> dict[str, Any]:
        """Return what every field shows."""
        values = {name: getattr(self, name).value for name in (*MAIN, *SWITCHES, *ADVANCED)}
        return values | {"runs": str(self.runs.value)}

    def refresh_starts(self, chosen: str | None = None) -> None:
        """Read again which models and runs there are to start from, and choose one of them."""
        wanted = chosen or self.start.value
        self._known.reload()
        self._starts = start_choices(self._known.choices(), finished_runs(self.runs_folder))
        self.start.reset_choices()
        self.start.value = wanted if wanted in self.start.choices else RANDOM

    def start_from_model(self, path: Path) -> None:
        """Add a model file and start from it.

        Raises
        ------
        ModelFileError
            If it cannot be used.
        """
        self.refresh_starts(self._known.add(path))

    def offer_models(self, names: tuple[str, ...]) -> None:
        """Offer these networks."""
        chosen = self.model.value
        self._models = names
        self.model.reset_choices()
        if chosen in names:
            self.model.value = chosen

    def show_device(self, reason: str) -> None:
        """Say what trains, and what suits it."""
        self.device.value = reason
        self.device.visible = bool(reason)

    def split_request(self) -> SplitRequest:
        """Return how samples are to be split."""
        return SplitRequest(self.validation.value, self.test.value, self.seed.value, self.folds.value)

    def _connect(self) -> None:
        for name in (*MAIN, *SWITCHES, *ADVANCED):
            getattr(self, name).changed.connect(lambda _, name=name: self._field_changed(name))

    def _field_changed(self, name: str) -> None:
        if name == "model":
            self._show_localization()
        if name == "preset":
            self._take_preset()
        if name == "runs":
            self.refresh_starts()
        settings.remember_values(settings.TRAINING_SETTINGS, self.values())
        self.changed.emit(name)

    def _show_localization(self) -> None:
        from napari_rocks2net.training.config import LOCALIZING_MODELS

        self.localization.visible = self.model.value in LOCALIZING_MODELS

    def _take_preset(self) -> None:
        from napari_rocks2net.training.config import PRESETS

        preset = PRESETS[self.preset.value]
        for name in ("epochs", "augmentation", "class_weights", "patience"):
            getattr(self, name).value = preset[name]

    def _restore(self) -> bool:
        values = settings.remembered_values(settings.TRAINING_SETTINGS)
        for name, value in values.items():
            field = getattr(self, name, None) if name in (*MAIN, *SWITCHES, *ADVANCED) else None
            if field is None or (hasattr(field, "choices") and value not in field.choices):
                continue
            try:
                field.value = value
            except (TypeError, ValueError):
                # Remembered by another version with other limits: the default stands.
                continue
            if name == "runs":
                self.refresh_starts()
        return bool(values)


def finished_runs(folder: Path) -> list[Path]:
    """Return the folders of finished runs in a folder, the newest first."""
    if not folder.is_dir():
        return []
    found = [path.parent for path in folder.glob("*/metrics.json") if (path.parent / "config.json").is_file()]
    return sorted(found, key=lambda run: (run / "metrics.json").stat().st_mtime, reverse=True)


def _share(label: str, value: float, tooltip: str, lowest: float) -> FloatSpinBox:
    return FloatSpinBox(
        label=f"{label} share",
        min=lowest,
        max=0.8,
        step=0.05,
        value=value,
        tooltip=f"{tooltip} Whole thin sections are set aside.",
    )


def _by_preset(label: str, choices: list[str], tooltip: str) -> ComboBox:
    return ComboBox(label=label, choices=[BY_PRESET, *choices], value=BY_PRESET, tooltip=tooltip)
