"""Training configuration."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from napari_rocks2net.models.backbone_catalog import BACKBONE_CHOICES
from napari_rocks2net.models.catalog import (
    LOCALIZATION,
    TRANSLATION,
    Localization,
    Translation,
    model_spec,
    models_that,
    networks_by_purpose,
)
from napari_rocks2net.preprocessing_choices import Interpolation, Normalisation, TrainedResize
from napari_rocks2net.samples.parts import TEST_SHARE, VALIDATION_SHARE, check_shares
from napari_rocks2net.settings import check_settings, document_settings, setting
from napari_rocks2net.training.earlier_format import current_settings
from napari_rocks2net.training.presets import AUTO, IMAGENET, PRESETS, backbone_of_start, computed_defaults

if TYPE_CHECKING:
    from napari_rocks2net.imaging import Preprocessing

BY_PRESET = "the preset decides"


@document_settings
@dataclass(frozen=True)
class TrainingConfig:
    """Training configuration: how to train one model on one table of samples.

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
    * trained weights are moved gently (Kumar et al. 2022, arXiv 2202.10054): the head starts from a
      logistic regression on the network's own pooled features, the backbone follows at a hundredth to a
      tenth of its rate, labels are smoothed by 0.05, batch statistics stay below 64 photos a class, and the
      start itself is kept unless an epoch is clearly better.
    * early stopping, so that nobody waits for epochs that change nothing.

    Raises
    ------
    ValueError
        When a value is out of its range; the sentence names the value.
    """

    model: str = setting(
        "rocks2net",
        f"The network: {networks_by_purpose()}. Those of one stream are a good deal quicker than those "
        "with a critical area.",
        label="Network",
    )
    backbone: str | None = setting(
        None,
        "What a network of the paper's family is built on: efficientnet_lite0 (the default, light, its "
        "ImageNet weights installed), densenet121 (the paper's) or timm/NAME (any convolutional network of "
        "timm, with the extra zoo).",
        choices=BACKBONE_CHOICES,
        when_none="by the recipe",
    )
    localization: Localization = setting(
        LOCALIZATION,
        "How a network that looks for a critical area finds it.",
        label="Critical area by",
        choices={"gap": "pooled features (paper)", "evidence": "evidence map"},
    )
    translation: Translation = setting(TRANSLATION, "How the critical area is kept inside the image.")
    size: int = setting(
        256,
        "Side of the network's input, a multiple of 32. Larger shows finer grains.",
        label="Image size (px)",
        within=(64, None),
        step=32,
    )
    epochs: int | None = setting(
        None, "The most passes over the training images.", within=(1, None), when_none=BY_PRESET
    )
    output: str | Path = setting(
        "run", "The run folder; it must be new or empty unless `resume` is set.", option=False
    )
    preset: Literal["default", "paper"] = setting(
        "default",
        "Where values come from that are not given; 'paper' is the authors' recipe: 300 epochs at a "
        "constant rate, no augmentation.",
        label="Recipe",
    )
    batch_size: int | None = setting(
        None,
        "Images in one step on one device; less if memory runs out.",
        label="Batch",
        within=(2, None),
        when_none=BY_PRESET,
    )
    learning_rate: float | None = setting(None, "The highest rate.", step=1e-4, when_none=BY_PRESET)
    validation: float = setting(
        VALIDATION_SHARE,
        "Share of the samples that chooses the best epoch. Whole thin sections are set aside.",
        label="Validation share",
        step=0.05,
    )
    test: float = setting(
        TEST_SHARE,
        "Share of the samples that is looked at once, at the end. Whole thin sections are set aside.",
        label="Test share",
        step=0.05,
    )
    seed: int = setting(
        0,
        "Of the split, the weights, the order and the augmentation: the same seed, the same training.",
        within=(0, 2**32 - 1),
    )
    start_from: str | Path = setting(
        AUTO,
        "'auto' (the best start at hand: ImageNet weights, else a built-in model that fits, else random "
        "ones), 'imagenet', 'random', a model file or the name of a built-in model; layers that do not fit "
        "(other classes) start afresh.",
        label="Start from",
    )
    fine_tuning: Literal["gentle", "plain"] | None = setting(
        None,
        "How trained weights go on learning: 'gentle' starts the head from a logistic regression and "
        "moves the backbone little, so that a training never ends below its start; 'plain' moves all alike.",
        label="Fine-tuning",
        when_none=BY_PRESET,
    )
    target: str | Path | None = setting(
        None,
        "For a network that adapts, and only for it: a folder of unlabelled photos from the other "
        "microscope, searched to any depth. It learns the classes from the samples and adapts to these.",
        label="Adapt to",
    )
    augmentation: bool | None = setting(
        None, "Flips, quarter turns and mild colour changes; no zoom.", when_none=BY_PRESET
    )
    class_weights: bool | None = setting(
        None,
        "Weigh classes by their rarity, for collections that are not balanced.",
        label="Weigh rare classes more",
        when_none=BY_PRESET,
    )
    patience: int | None = setting(
        None,
        "Stop after so many epochs without a lower validation loss; 0 never stops early.",
        within=(0, None),
        when_none=BY_PRESET,
    )
    other_magnifications: bool = setting(
        False,
        "For the probe, and only for it: learn also what objectives half and twice as strong show, from a "
        "copy of each photo at half its resolution and from its middle. Takes two to three times as long; "
        "the photos must say their pixel size.",
        label="Learn other magnifications too",
    )
    tta: bool = setting(
        False,
        "Answer by the mean over each image's eight turns and mirrors (test-time augmentation), which "
        "takes eight times as long. A training measures its validation and test part so.",
        label="Turns at test time",
    )
    resize: TrainedResize = setting("stretch", "Squash images to the square, or pad them.", label="Resize by")
    interpolation: Interpolation | None = setting(None, "How images are resized.", when_none=BY_PRESET)
    normalisation: Normalisation | None = setting(
        None,
        "How pixel values are centred; 'unit' leaves them as they are, from 0 to 1, 'signed' makes them "
        "-1 to 1.",
        when_none="as the backbone was trained",
    )
    accelerator: str = setting(
        "auto",
        "The processor to train on: auto (the fastest), cpu, cuda, mps or another that Lightning knows.",
        label="Device",
        choices=("auto", "cpu", "cuda", "mps"),
    )
    precision: str = setting(
        "auto",
        "auto (half precision on a GPU that has it), or a precision of Lightning such as bf16-mixed.",
        choices=("auto", "32-true", "bf16-mixed", "16-mixed"),
    )
    devices: int | str = setting(1, "Devices on each node: a number or auto.")
    num_nodes: int = setting(1, "Nodes of the cluster.", within=(1, None))
    strategy: str = setting("auto", "A strategy of Lightning such as ddp.")
    num_workers: int | None = setting(
        None,
        "Processes that read images: none on a CPU and up to 8 beside a GPU.",
        within=(0, None),
        when_none="by the device",
    )
    cache_bytes: int = setting(
        2_000_000_000,
        "Keep the resized images in memory when they need at most so many bytes.",
        within=(0, None),
        option=False,
    )
    resume: bool = setting(
        False, "Go on with the run in the folder from its last finished epoch; start when there is none."
    )
    crop: Mapping[str, Any] | None = setting(
        None,
        "How the samples were cut out of larger images, kept in the model's card; see "
        "`napari_rocks2net.crystals.CropSettings`.",
        option=False,
    )
    data: str = setting(
        "",
        "What the samples are, for the model's card; images and thin sections are counted when empty.",
        option=False,
    )

    def __post_init__(self) -> None:
        """Fill in the preset's values and check them all."""
        if self.preset not in PRESETS:
            raise ValueError(f"preset is {self.preset!r}: pass one of {', '.join(PRESETS)}.")
        object.__setattr__(self, "output", Path(self.output).expanduser().absolute())
        object.__setattr__(self, "start_from", _absolute_model(self.start_from))
        if self.target is not None:
            object.__setattr__(self, "target", Path(self.target).expanduser().absolute())
        if isinstance(self.devices, str) and self.devices.isdecimal():
            object.__setattr__(self, "devices", int(self.devices))
        if self.backbone is None:
            own = backbone_of_start(self.model, self.start_from, self.preset)
            object.__setattr__(self, "backbone", own)
        computed = computed_defaults(self.model, self.start_from, self.backbone)
        for name, value in (computed | PRESETS[self.preset]).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        _check(self)

    @property
    def folder(self) -> Path:
        """The run folder, absolute."""
        return Path(self.output)

    @property
    def model_arguments(self) -> dict[str, Any]:
        """What the network is made with besides its classes, as far as it takes such arguments."""
        spec = model_spec(self.model)
        backbone = {"backbone": self.backbone} if len(spec.backbones) > 1 else {}
        if not spec.localizes:
            return backbone
        return backbone | {"localization": self.localization, "translation": self.translation}

    @property
    def preprocessing(self) -> Preprocessing:
        """What images go through before the network."""
        # Not above: command-line options are made from this class, and reading images takes time to import.
        from napari_rocks2net.imaging import Preprocessing

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
        values = current_settings(values)
        names = {field.name for field in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names})


def _absolute_model(start_from: str | Path) -> str | Path:
    """Return the path of a model file so that it holds from any folder, or the word as it is."""
    path = Path(start_from).expanduser()
    return path.absolute() if path.suffix else str(start_from)


def _check(config: TrainingConfig) -> None:
    check_settings(config)
    # Whole numbers of hundreds of digits, as a foreign record may hold, are no floats.
    if not 0 < float(min(config.learning_rate or 0, 1)) < 1:
        raise ValueError(f"The learning rate is {config.learning_rate!r}; it must be above 0 and below 1.")
    check_shares(config.validation, config.test)
    spec = model_spec(config.model)
    if config.backbone is not None:
        spec.check_backbone(config.backbone)
    if config.start_from == IMAGENET and not spec.imagenet:
        raise ValueError(f"There are no ImageNet weights of {config.model!r}; start from others.")
    _check_target(config)
    if config.other_magnifications and not spec.fitted:
        raise ValueError(
            f"Other magnifications (other_magnifications) are learned by the model {models_that('fitted')} "
            f"only; leave them out for {config.model!r}."
        )
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
