"""Fields of the form of a training."""

from __future__ import annotations

from functools import partial
from typing import Any

from magicgui.widgets import ComboBox, Container, Label, PushButton
from magicgui.widgets.bases import BaseValueWidget
from qtpy.QtWidgets import QSizePolicy

from napari_rocks2net.plugin.look.form_labels import BROWSE, let_shrink
from napari_rocks2net.plugin.look.setting_fields import folder_field, setting_field
from napari_rocks2net.plugin.train.network_choice import network_choices
from napari_rocks2net.plugin.train.start_choice import RANDOM
from napari_rocks2net.plugin.work import preferences
from napari_rocks2net.samples.split_request import NO_FOLDS
from napari_rocks2net.training.config import PRESETS, TrainingConfig

BY_PRESET = "as the recipe says"
FIRST_ADVANCED = "preset"


class SettingsFields:
    """Fields of a training: those of `TrainingConfig`, what to start from, folds and the folder of the runs.

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
    """

    def __init__(self) -> None:
        self.starts: list[tuple[str, str]] = [("Random weights", RANDOM)]
        self.fields = self._make_fields()
        self.browse = PushButton(
            text=BROWSE, tooltip="Add a .safetensors file to what can be started from, and choose it."
        )
        self.device = Label(label="", value="", tooltip="What the size and the batch were chosen for.")
        self.patience.native.setSpecialValueText("never stop early")
        self.target.line_edit.native.setPlaceholderText("unlabelled photos")
        self._arrange()

    def __getattr__(self, name: str) -> Any:
        """Return a field by its name."""
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(name) from None

    def _make_fields(self) -> dict[str, BaseValueWidget[Any]]:
        recipe = PRESETS["default"]
        field = partial(setting_field, TrainingConfig, when_none=BY_PRESET)
        in_recipe = {
            name: field(name, value=recipe[name])
            for name in ("batch_size", "epochs", "augmentation", "class_weights", "patience")
        }
        return {
            # magicgui asks again for the choices of a form that gets a parent.
            "model": field("model", choices=lambda _: network_choices()),
            "localization": field("localization"),
            "target": field("target"),
            "start": ComboBox(
                label="Start from",
                choices=lambda _: self.starts,
                tooltip="Trained weights need fewer images and epochs. 'Browse' adds a model file.",
            ),
            "size": field("size"),
            "batch_size": in_recipe["batch_size"],
            "epochs": in_recipe["epochs"],
            "validation": field("validation", min=0.05, max=0.8),
            "test": field("test", max=0.8),
            "augmentation": in_recipe["augmentation"],
            "class_weights": in_recipe["class_weights"],
            "seed": field("seed"),
            "folds": ComboBox(
                label="Repeat by folds",
                choices=[("off", NO_FOLDS), *((f"{count} folds", count) for count in (2, 3, 4, 5, 10))],
                value=NO_FOLDS,
                tooltip="Train several times, so that every thin section is tested once; show the spread.",
            ),
            "preset": field("preset"),
            "learning_rate": field("learning_rate", max=0.5, decimals=6),
            "patience": in_recipe["patience"],
            "resize": field("resize"),
            "interpolation": field("interpolation"),
            "normalisation": field("normalisation"),
            "accelerator": field("accelerator"),
            "precision": field("precision"),
            "runs": folder_field(
                label="Keep runs in",
                value=preferences.DEFAULT_RUNS,
                tooltip="Every run gets a new folder in this one.",
            ),
        }

    def _arrange(self) -> None:
        split = list(self.fields).index(FIRST_ADVANCED)
        rows: dict[str, Any] = dict(list(self.fields.items())[:split])
        rows["start"] = Container(
            widgets=[self.start, self.browse],
            layout="horizontal",
            labels=False,
            label=self.start.label,
            tooltip=self.start.tooltip,
        )
        rows["start"].margins = (0, 0, 0, 0)
        shown = list(rows.values())
        shown.insert(list(rows).index("batch_size") + 1, self.device)
        self.main: Container[Any] = Container(widgets=shown)
        self.advanced: Container[Any] = Container(widgets=list(self.fields.values())[split:])
        for form in (self.main, self.advanced):
            let_shrink(form)
        self.browse.native.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
