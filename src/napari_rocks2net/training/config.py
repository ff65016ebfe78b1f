"""What a training is told to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from napari_rocks2net.imaging import Preprocessing
from napari_rocks2net.models.catalog import model_spec, models_that

PRESETS: dict[str, dict[str, Any]] = {
    "paper": {
        "epochs": 300,
        "learning_rate": 1e-5,
        "pretrained": True,
        "augmentation": False,
        "class_weights": False,
        "patience": 0,
        "interpolation": "nearest",
        "normalisation": "samplewise_center",
    },
    "default": {
        "epochs": 30,
        "batch_size": 16,
        "pretrained": False,
        "augmentation": True,
        "class_weights": True,
        "patience": 20,
        "interpolation": "bilinear",
        "normalisation": "imagenet",
    },
}


@dataclass(frozen=True)
class TrainingConfig:
    """How to train one model on one table of samples.

    A field left at None takes the value of the preset, and holds that value afterwards.

    The preset ``paper`` is the authors' recipe (Zhu et al. 2024, doi 10.1016/j.cageo.2024.105560): Adam with
    a constant rate of 1e-5, batches of 4 (8 for one-stream models), 300 epochs, ImageNet initialisation, no
    augmentation, nearest-neighbour resizing, images centred on their own mean. They use 512 px.

    The preset ``default`` differs because a user's collection is smaller than theirs and their computer
    slower:

    * AdamW at 3e-4 from trained weights and 1e-3 from random ones, with a warm-up and a cosine decay: 1e-5
      needs hundreds of epochs, and from random weights hardly moves.
    * flips, quarter turns and mild colour changes, which leave every class what it is: some hundred
      photos are else learnt by heart. Never a zoom: the size of a grain is a class.
    * classes weighted by their rarity: collections are seldom balanced as the paper's is.
    * batches of 16, because batch statistics over 4 are noisy.
    * batch statistics after the pooling that follow the training quickly (momentum 0.1, not 0.01): a short
      training would end before they had forgotten their start.
    * early stopping, so that nobody waits for epochs that change nothing.

    Parameters
    ----------
    model : str
        A name of `napari_rocks2net.models.list_models`.
    localization, translation : str
        See `napari_rocks2net.models.create_model`.
    size : int
        Side of the network's input in pixels, a multiple of 32 from 64.
    epochs : int, optional
        The most epochs to train.
    output : str or Path
        The run folder; it must be new or empty unless ``resume`` is set.
    preset : {"default", "paper"}
        Where the values come from that are left at None.
    batch_size : int, optional
        Images in one step on one device, at least 2: batch statistics of one image are undefined.
    learning_rate : float, optional
        The (highest) rate, above 0.
    validation, test : float
        The shares of the samples set aside, by whole thin sections.
    seed : int
        For the split, the initial weights, the order and the augmentation.
    pretrained : bool, optional
        Start from ImageNet weights; they are downloaded once.
    start_from : str or Path, optional
        A model file, or the name of a built-in model, whose weights to start from; layers that do not fit
        (other classes) start afresh.
    target : str or Path, optional
        For the model "dsan", and only for it: a folder of unlabelled images, searched to any depth, of the
        microscope that the model is to be used with. It learns the classes from the samples and adapts to
        these.
    augmentation, class_weights : bool, optional
        See above.
    patience : int, optional
        Stop after so many epochs without a lower validation loss; 0 never stops early.
    resize, interpolation, normalisation : str
        See `napari_rocks2net.imaging.Preprocessing`.
    accelerator : str
        "auto", "cpu", "cuda" or "mps", or another name Lightning knows.
    precision : str
        A Lightning precision, or "auto": bfloat16 or float16 mixed on CUDA, else float32.
    devices, num_nodes, strategy : int or str, int, str
        Handed to Lightning's Trainer; "auto" for devices is one unless a cluster says otherwise.
    num_workers : int, optional
        Processes that read images; None chooses none on a CPU and up to 8 beside a GPU.
    cache_bytes : int
        Keep the resized images in memory when they need at most this many bytes.
    resume : bool
        Go on in the run folder from its last finished epoch; starts when there is none.
    crop : mapping, optional
        How the samples were cut out of larger images, kept in the model's card; see
        `napari_rocks2net.crystals.CropSettings`.
    data : str
        What the samples are, for the model's card; images and thin sections are counted when it is empty.

    Raises
    ------
    ValueError
        When a value is out of its range; the sentence names the value.
    """

    model: str = "rocks2net"
    localization: Literal["gap", "evidence"] = "gap"
    translation: Literal["bounded", "clip"] = "bounded"
    size: int = 256
    epochs: int | None = None
    output: str | Path = "run"
    preset: Literal["default", "paper"] = "default"
    batch_size: int | None = None
    learning_rate: float | None = None
    validation: float = 0.15
    test: float = 0.2
    seed: int = 0
    pretrained: bool | None = None
    start_from: str | Path | None = None
    target: str | Path | None = None
    augmentation: bool | None = None
    class_weights: bool | None = None
    patience: int | None = None
    resize: Literal["stretch", "pad"] = "stretch"
    interpolation: Literal["bilinear", "nearest"] | None = None
    normalisation: Literal["imagenet", "samplewise_center", "unit"] | None = None
    accelerator: str = "auto"
    precision: str = "auto"
    devices: int | str = 1
    num_nodes: int = 1
    strategy: str = "auto"
    num_workers: int | None = None
    cache_bytes: int = 2_000_000_000
    resume: bool = False
    crop: Mapping[str, Any] | None = None
    data: str = ""

    def __post_init__(self) -> None:
        """Fill in the preset's values and check them all."""
        if self.preset not in PRESETS:
            raise ValueError(f"There is no preset {self.preset!r}; choose one of {', '.join(PRESETS)}.")
        object.__setattr__(self, "output", Path(self.output).expanduser().absolute())
        if self.start_from is not None:
            object.__setattr__(self, "start_from", _absolute_model(self.start_from))
            if self.pretrained is None:
                object.__setattr__(self, "pretrained", False)
        if self.target is not None:
            object.__setattr__(self, "target", Path(self.target).expanduser().absolute())
        for name, value in (_computed_defaults(self) | PRESETS[self.preset]).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        _check(self)

    @property
    def folder(self) -> Path:
        """The run folder, absolute."""
        return Path(self.output)

    @property
    def model_arguments(self) -> dict[str, Any]:
        """What the network is made with besides its classes; only some networks look for a critical area."""
        if not model_spec(self.model).localizes:
            return {}
        return {"localization": self.localization, "translation": self.translation}

    @property
    def preprocessing(self) -> Preprocessing:
        """What images go through before the network."""
        assert self.interpolation is not None
        assert self.normalisation is not None
        return Preprocessing(
            size=self.size,
            resize=self.resize,
            interpolation=self.interpolation,
            normalisation=self.normalisation,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all values as JSON can hold them."""
        values = dataclasses.asdict(self)
        return {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """Return the configuration that `to_dict` wrote; names that are no fields are left out.

        Raises
        ------
        ValueError
            When a value is out of its range.
        """
        names = {field.name for field in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names})


def _absolute_model(start_from: str | Path) -> str | Path:
    """Return the path of a model file so that it holds from any folder, or a built-in model's name."""
    path = Path(start_from).expanduser()
    return path.absolute() if path.suffix else start_from


def _computed_defaults(config: TrainingConfig) -> dict[str, Any]:
    trained = config.start_from is not None or bool(config.pretrained)
    return {
        "batch_size": 4 if model_spec(config.model).streams == 2 else 8,
        "learning_rate": 3e-4 if trained else 1e-3,
    }


def _check(config: TrainingConfig) -> None:
    for name, lowest in (
        ("epochs", 1),
        ("batch_size", 2),
        ("patience", 0),
        ("num_nodes", 1),
        ("cache_bytes", 0),
    ):
        _check_number(config, name, lowest)
    if config.num_workers is not None:
        _check_number(config, "num_workers", 0)
    if isinstance(config.seed, bool) or not isinstance(config.seed, int) or not 0 <= config.seed < 2**32:
        raise ValueError(f"The seed is {config.seed!r}; it must be a whole number from 0 to {2**32 - 1}.")
    if not 0 < float(config.learning_rate or 0) < 1:
        raise ValueError(f"The learning rate is {config.learning_rate!r}; it must be above 0 and below 1.")
    if not (config.validation > 0 and config.test >= 0 and config.validation + config.test < 1):
        raise ValueError(
            f"The shares validation={config.validation} and test={config.test} leave no room; "
            "validation must be above 0, test at least 0 and their sum below 1."
        )
    if config.start_from is not None and config.pretrained:
        raise ValueError("Give either start_from or pretrained=True: both name the weights to start from.")
    _check_target(config)
    _ = config.preprocessing


def _check_target(config: TrainingConfig) -> None:
    adapts = model_spec(config.model).adapts
    if adapts and config.target is None:
        raise ValueError(
            f"The model {config.model!r} adapts to another microscope: name with target (--target) a folder "
            "of unlabelled images taken there, or choose another model."
        )
    if config.target is not None and not adapts:
        raise ValueError(
            f"The model {config.model!r} learns from labelled images only, so it takes no target "
            f"({config.target}); leave it out, or choose the model {models_that('adapts')}."
        )


def _check_number(config: TrainingConfig, name: str, lowest: int) -> None:
    value = getattr(config, name)
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        raise ValueError(f"{name} is {value!r}; it must be a whole number of at least {lowest}.")
