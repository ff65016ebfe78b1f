"""Fitting with Lightning: one run from its samples to a filled run folder."""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import lightning
import numpy as np
import numpy.typing as npt
import torch

from napari_rocks2net.evaluation.calibration import reliability_curves
from napari_rocks2net.evaluation.figure_keys import ACCURACY, BEST_EPOCH, CALIBRATION, STOPPED, TTA
from napari_rocks2net.evaluation.plots import save_reliability_diagram
from napari_rocks2net.features import PHOTOS, FieldLayout
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.model_file import ModelCard, save_model
from napari_rocks2net.models import Familiarity
from napari_rocks2net.models.catalog import model_spec
from napari_rocks2net.samples import SampleTable
from napari_rocks2net.samples.columns import GROUP, SPLIT
from napari_rocks2net.samples.copies.training_pictures import without_thumbnails
from napari_rocks2net.samples.field_layout import layout_of, one_row_a_field
from napari_rocks2net.samples.parts import TEST, TRAIN, VALIDATION
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.training.duration.estimate import remember_epochs
from napari_rocks2net.training.events import (
    EvaluationStarted,
    ImagesRead,
    OnEvent,
    TrainingFinished,
    TrainingStarted,
    TrainingStopped,
)
from napari_rocks2net.training.network.adaptation import AdaptationDataset
from napari_rocks2net.training.network.answers import Answers, network_answers
from napari_rocks2net.training.network.callbacks import EventReporter
from napari_rocks2net.training.network.card import card_of_run
from napari_rocks2net.training.network.components import make_datasets, make_module
from napari_rocks2net.training.network.dataset import EpochOrder, LoaderOptions, SectionDataset, make_loader
from napari_rocks2net.training.network.familiarity import fit_familiarity
from napari_rocks2net.training.network.fields import Samples, samples_in_words
from napari_rocks2net.training.network.fine_tuning import start_head
from napari_rocks2net.training.network.module import RockModule
from napari_rocks2net.training.network.scoring import PARTS, fit_temperatures, measure
from napari_rocks2net.training.network.trainer import device_name, loader_options, make_trainer
from napari_rocks2net.training.probe.choosing import clearly_lower
from napari_rocks2net.training.runs.learned_photos import LearnedPhotos, first_rows, thumbnail
from napari_rocks2net.training.runs.lock import locked
from napari_rocks2net.training.runs.opening import check_run, open_run
from napari_rocks2net.training.runs.provenance import read_record, record_pictures, started_from, write_record
from napari_rocks2net.training.runs.run_folder import RunFolder, write_json
from napari_rocks2net.training.start import resolved_start, start_sentence

LOGGERS = ("lightning.pytorch", "lightning.fabric")


@dataclass(frozen=True)
class Work:
    """Material of one training: split samples, and the datasets of their parts and of the "target".

    Of fields the samples have one row each; `rows` is that of each sample in the table of the run.
    """

    config: TrainingConfig
    samples: SampleTable
    folder: RunFolder
    datasets: dict[str, Samples]
    options: LoaderOptions
    layout: FieldLayout
    rows: npt.NDArray[np.int64]

    @property
    def training(self) -> Samples | AdaptationDataset:
        """What the network is trained on."""
        labelled, target = self.datasets[TRAIN], self.datasets.get("target")
        if isinstance(labelled, SectionDataset) and isinstance(target, SectionDataset):
            return AdaptationDataset(labelled, target)
        return labelled


def fit(config: TrainingConfig, samples: SampleTable, on_event: OnEvent) -> None:
    """Train, measure the best epoch and fill the run folder.

    Parameters
    ----------
    config, samples, on_event
        See `napari_rocks2net.training.train`; the samples are split.
    """
    folder = RunFolder(config.folder)
    with quiet_lightning(), ExitStack() as resources:
        lightning.seed_everything(config.seed, workers=True, verbose=False)
        requested, config = config, _with_start(config, folder)
        layout = layout_for(config, samples)
        rows = one_row_a_field(samples) if layout.lights else samples
        reporter = EventReporter(on_event, _start_event(config, rows), folder)
        trainer = make_trainer(config, folder, reporter)
        device = trainer.strategy.root_device
        # Only now is it known which of several processes this one is.
        if trainer.is_global_zero:
            check_run(folder, requested, samples)
            resources.enter_context(locked(folder))
            open_run(folder, requested, samples)
            write_record(folder, config, samples, device_name(device))
        datasets = make_datasets(config, samples, _reading_reporter(trainer, on_event), layout)
        options = loader_options(config, len(datasets[TRAIN]), trainer)
        work = Work(config, rows, folder, datasets, options, layout, first_rows(samples, layout))
        module = make_module(config, samples, datasets[TRAIN], layout)
        if module.optimisation.gentle and not _goes_on(work):
            _start_head(module.to(device), work)
        stopped = _train_epochs(trainer, module, work) or reporter.stop_requested
        if trainer.is_global_zero:
            remember_epochs(config, samples, reporter.epoch_seconds)
            on_event(EvaluationStarted(**{part: len(rows.part(part)) for part in (VALIDATION, TEST)}))
            metrics = _keep_best(module.to(device), work, stopped)
            on_event(TrainingFinished(folder.path, folder.model, metrics[ACCURACY], stopped))
        trainer.strategy.barrier("the run folder is complete")


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Silence Lightning's tips and warnings: the events and the errors say what a user can act on."""
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"(lightning|torch)\.")
        for name in levels:
            logging.getLogger(name).setLevel(logging.ERROR)
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


def layout_for(config: TrainingConfig, samples: SampleTable) -> FieldLayout:
    """Return the lights of samples that are fields; to a network that takes none each view is a sample.

    Parameters
    ----------
    config : TrainingConfig
        Which network.
    samples : SampleTable
        Perhaps with columns of views.

    Raises
    ------
    SampleError
        See `layout_of`.
    """
    return layout_of(samples) if model_spec(config.model).views else PHOTOS


def _with_start(config: TrainingConfig, folder: RunFolder) -> TrainingConfig:
    """Return the configuration with what the run starts from, or has started from, in place of "auto"."""
    if config.resume and folder.record.is_file():
        return replace(config, start_from=started_from(read_record(folder)) or config.start_from)
    return replace(config, start_from=resolved_start(config))


def _start_event(config: TrainingConfig, samples: SampleTable) -> TrainingStarted:
    assert config.epochs is not None
    return TrainingStarted(
        folder=config.folder,
        device="",
        first_epoch=1,
        epochs=config.epochs,
        start=start_sentence(config.start_from, config),
        **samples.part_sizes,
    )


def _reading_reporter(trainer: lightning.Trainer, on_event: OnEvent) -> OnProgress | None:
    # The caller may stop the training here, which one of several processes cannot do alone.
    if trainer.world_size > 1:
        return None

    def report(read: int, images: int) -> None:
        """Report a read image; the caller may stop the training here."""
        try:
            on_event(ImagesRead(read, images))
        except TrainingStopped:
            raise TrainingStopped(
                "The training was stopped while images were read; there is no model of it."
            ) from None

    return report


def _goes_on(work: Work) -> bool:
    return work.config.resume and work.folder.last_checkpoint.is_file()


def _start_head(module: RockModule, work: Work) -> None:
    groups = work.samples.part(TRAIN)[GROUP].tolist()
    balanced = bool(work.config.class_weights)
    start_head(module, work.datasets[TRAIN], groups, work.options, balanced=balanced)


def _train_epochs(trainer: lightning.Trainer, module: RockModule, work: Work) -> bool:
    """Run Lightning and return whether the caller stopped it with at least one epoch to keep."""
    last = work.folder.last_checkpoint
    checkpoint = last if _goes_on(work) else None
    epochs = int(torch.load(last, mmap=True, weights_only=True)["epoch"]) + 1 if checkpoint else 0
    order = EpochOrder(work.training, work.config.seed, epochs)
    training = make_loader(work.training, work.options, order)
    validation = make_loader(work.datasets[VALIDATION], work.options)
    try:
        trainer.fit(module, training, validation, ckpt_path=checkpoint, weights_only=True)
    except TrainingStopped:
        if not work.folder.best_checkpoint.is_file():
            raise TrainingStopped("The training was stopped in its first epoch; there is no model.") from None
        return True
    return False


def _keep_best(module: RockModule, work: Work, stopped: bool) -> dict[str, Any]:
    best_epoch = _load_best(module, work) + 1
    answers = _answers(module, work, PARTS, tta=work.config.tta)
    # The model is loaded without turns, unless they are asked for again.
    upright = _answers(module, work, (VALIDATION,)) if work.config.tta else answers
    temperatures = fit_temperatures(upright[VALIDATION], work.datasets[VALIDATION], work.samples.properties)
    measured = measure(answers, work.samples, temperatures)
    work.folder.write_predictions(measured.predictions)
    chosen = {BEST_EPOCH: best_epoch, STOPPED: stopped, TTA: work.config.tta}
    metrics = measured.metrics | chosen
    save_reliability_diagram(reliability_curves(metrics[CALIBRATION]), work.folder.reliability)
    hashes = work.datasets[TRAIN].picture_hashes()
    if work.config.crop:
        # Single crystals of one habit are as alike as copies.
        hashes = without_thumbnails(hashes)
    trained_on = record_pictures(work.folder, hashes)
    learned = _answers(module, work, (TRAIN, "target"))
    module.network.familiarity = _familiarity(learned, answers[VALIDATION])
    _write_learned_photos(work, learned[TRAIN])
    card = _card(work, metrics, trained_on=trained_on, temperatures=temperatures)
    save_model(work.folder.model, module.network.cpu(), card)
    write_json(work.folder.metrics, metrics)
    return metrics


def _answers(
    module: RockModule, work: Work, parts: Sequence[str], *, tta: bool = False
) -> dict[str, Answers]:
    """Return the answers of the network for the parts that have samples."""
    used = [part for part in parts if part in work.datasets]
    return {part: network_answers(module, work.datasets[part], work.options, tta=tta) for part in used}


def _familiarity(learned: Mapping[str, Answers], held_out: Answers) -> Familiarity | None:
    """Return what tells the unlike, from the photos that the network was trained on."""
    if held_out.features is None:
        return None
    features = [each.features for each in learned.values() if each.features is not None]
    return fit_familiarity(np.concatenate(features), held_out.features)


def _write_learned_photos(work: Work, answers: Answers) -> None:
    """Keep the photos that the network was trained on, if it has features of them."""
    if answers.features is None:
        return
    samples = work.datasets[TRAIN]
    plain = copy.copy(samples)
    plain.augmentation = None

    def small(number: int) -> npt.NDArray[np.uint8]:
        """Return the thumbnail of a sample."""
        images = plain[number][0]
        first = images if isinstance(images, torch.Tensor) else images.images[0]
        return thumbnail(first.permute(1, 2, 0).numpy())

    rows = work.rows[(work.samples.frame[SPLIT] == TRAIN).to_numpy()]
    LearnedPhotos.of(rows, answers.features, small).write(work.folder)


def _load_best(module: RockModule, work: Work) -> int:
    """Give a network the weights of its best epoch and return its number, from 0; -1 is the start.

    An epoch has to be clearly better than the start: of some twenty photos one of many epochs is better by
    chance, and worse on others.
    """
    folder, device = work.folder, module.device
    best: dict[str, Any] = torch.load(folder.best_checkpoint, map_location=device, weights_only=True)
    module.load_state_dict(best["state_dict"])
    if not folder.start_checkpoint.is_file():
        return int(best["epoch"])
    start: dict[str, Any] = torch.load(folder.start_checkpoint, map_location=device, weights_only=True)
    batches = make_loader(work.datasets[VALIDATION], work.options)
    trained = module.losses_of(batches).double().numpy()
    module.load_state_dict(start["state_dict"])
    untrained = module.losses_of(batches).double().numpy()
    sections = np.unique(work.samples.part(VALIDATION)[GROUP].to_numpy(str), return_inverse=True)[1]
    if not clearly_lower(trained, untrained, sections):
        return int(start["epoch"])
    module.load_state_dict(best["state_dict"])
    return int(best["epoch"])


def _card(work: Work, metrics: dict[str, Any], **facts: Any) -> ModelCard:
    config, target = work.config, work.datasets.get("target")
    images = sum(len(dataset) for dataset in work.datasets.values() if dataset is not target)
    learned = samples_in_words(images, work.samples.frame[GROUP].nunique(), work.layout)
    adapted = "" if target is None else f", adapted to {len(target)} unlabelled"
    facts |= {
        "preprocessing": config.preprocessing,
        "arguments": config.model_arguments | work.layout.arguments,
    }
    return card_of_run(config, work.samples, learned + adapted, metrics, (TTA, CALIBRATION), **facts)
