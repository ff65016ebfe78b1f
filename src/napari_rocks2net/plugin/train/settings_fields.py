"""The fields of the settings of a training, with what each is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, ComboBox, Container, FileEdit, FloatSpinBox, Label, PushButton, SpinBox
from qtpy.QtWidgets import QSizePolicy

from napari_rocks2net.plugin.look.form_labels import BROWSE, let_shrink
from napari_rocks2net.plugin.train.network_choice import network_choices
from napari_rocks2net.plugin.train.start_choice import RANDOM
from napari_rocks2net.samples.split_request import NO_FOLDS

DEFAULT_RUNS = Path.home() / "rocks2net runs"
BY_PRESET = "as the recipe says"
MAIN = ("model", "localization", "target", "start", "size", "batch_size", "epochs", "validation", "test")
SWITCHES = ("augmentation", "class_weights", "seed", "folds")
ADVANCED = (
    "preset", "learning_rate", "patience", "resize", "interpolation", "normalisation", "accelerator",
    "precision", "runs",
)  # fmt: skip
FIELDS = (*MAIN, *SWITCHES, *ADVANCED)
# What a fresh form has where a network of crystals wants something else.
USUAL_VALUES = {"size": 256, "batch_size": 16, "resize": "stretch", "normalisation": BY_PRESET}


class SettingsFields:
    """A field for everything a `TrainingConfig` is made of, with the values of a fresh form.

    Attributes
    ----------
    main, advanced : magicgui.widgets.Container
        What to show, and what to fold away.
    browse : magicgui.widgets.PushButton
        Beside the choice of what to start from; whoever shows the form lets the person choose a file.
    starts : list of tuple
        (what to show, value) that ``start`` offers.
    """

    def __init__(self) -> None:
        # Kept here: magicgui asks again for the choices of a form that gets a parent.
        self.starts: list[tuple[str, str]] = [("Random weights", RANDOM)]
        self._make_networks()
        self._make_sizes()
        self._make_switches()
        self._make_advanced()
        self._arrange()

    def _arrange(self) -> None:
        rows = {name: getattr(self, name) for name in (*MAIN, *SWITCHES)}
        rows["start"] = Container(
            widgets=[self.start, self.browse], layout="horizontal", labels=False, label="Start from",
            tooltip=self.start.tooltip,
        )  # fmt: skip
        rows["start"].margins = (0, 0, 0, 0)
        shown = list(rows.values())
        shown.insert(list(rows).index("batch_size") + 1, self.device)
        self.main: Container[Any] = Container(widgets=shown)
        self.advanced: Container[Any] = Container(widgets=[getattr(self, name) for name in ADVANCED])
        for form in (self.main, self.advanced):
            let_shrink(form)
        self.browse.native.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.target.line_edit.native.setPlaceholderText("unlabelled photos")

    def _make_networks(self) -> None:
        self.model = ComboBox(
            label="Network",
            choices=lambda _: network_choices(),
            value="rocks2net",
            tooltip="Networks of one stream are a good deal quicker than those with a critical area.",
        )
        self.localization = ComboBox(
            label="Critical area by",
            choices=[("pooled features (paper)", "gap"), ("evidence map", "evidence")],
            value="gap",
            tooltip="How the network finds where to look closely.",
        )
        self.target = _folder_field(
            "Adapt to",
            "A folder of unlabelled photos from the other microscope, searched to any depth. The network "
            "learns the classes from the samples and adapts to these.",
            nullable=True,
        )
        self.start = ComboBox(
            choices=lambda _: self.starts,
            tooltip="Trained weights need fewer images and epochs. 'Browse' adds a model file.",
        )
        self.browse = PushButton(
            text=BROWSE, tooltip="Add a .safetensors file to what can be started from, and choose it."
        )

    def _make_sizes(self) -> None:
        self.size = SpinBox(
            label="Image size (px)", min=64, max=2048, step=32, value=256,
            tooltip="Images are resized to this square: a multiple of 32. Larger shows finer grains.",
        )  # fmt: skip
        self.batch_size = SpinBox(
            label="Batch", min=2, max=512, value=16, tooltip="Images in one step; less if memory runs out."
        )
        self.device = Label(label="", value="", tooltip="What the size and the batch were chosen for.")
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
            choices=[("off", NO_FOLDS), *((f"{count} folds", count) for count in (2, 3, 4, 5, 10))],
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
        self.learning_rate.native.setSpecialValueText(BY_PRESET)
        self.patience = SpinBox(
            label="Patience", min=0, max=1000, value=20,
            tooltip="Stop after so many epochs without a lower validation loss; 0 never stops early.",
        )  # fmt: skip
        self.patience.native.setSpecialValueText("never stop early")
        self.resize = ComboBox(
            label="Resize by", choices=["stretch", "pad"], value="stretch",
            tooltip="Squash images to the square, or pad them.",
        )  # fmt: skip
        self.interpolation = _by_preset("Interpolation", ["bilinear", "nearest"], "How images are resized.")
        self.normalisation = _by_preset(
            "Normalisation",
            ["imagenet", "samplewise_center", "unit"],
            "How pixel values are centred; 'unit' leaves them as they are, from 0 to 1.",
        )
        self.accelerator = ComboBox(
            label="Device", choices=["auto", "cpu", "cuda", "mps"], value="auto",
            tooltip="The processor to train on; 'auto' takes the fastest.",
        )  # fmt: skip
        self.precision = ComboBox(
            label="Precision", choices=["auto", "32-true", "bf16-mixed", "16-mixed"], value="auto",
            tooltip="'auto' takes half precision on a GPU that has it.",
        )  # fmt: skip
        self.runs = _folder_field(
            "Keep runs in", "Every run gets a new folder in this one.", value=DEFAULT_RUNS
        )


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


def _folder_field(label: str, tooltip: str, **more: Any) -> FileEdit:
    field = FileEdit(label=label, mode=FileDialogMode.EXISTING_DIRECTORY, tooltip=tooltip, **more)
    field.choose_btn.text = BROWSE
    field.choose_btn.tooltip = tooltip
    return field
