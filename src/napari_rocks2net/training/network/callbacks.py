"""Lightning callbacks: events and history."""

from __future__ import annotations

import atexit
import time
from dataclasses import replace
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import Checkpoint

from napari_rocks2net.training.events import (
    VALIDATION_ACCURACY,
    VALIDATION_LOSS,
    BatchFinished,
    EpochFinished,
    OnEvent,
    TrainingEvent,
    TrainingStarted,
    TrainingStopped,
    ValidationBatchFinished,
)
from napari_rocks2net.training.network.module import RockModule
from napari_rocks2net.training.runs.run_folder import RunFolder


class StartKeeper(Callback):
    """Keeps the weights that a training starts from: they may be the best.

    Parameters
    ----------
    folder : RunFolder
        Its ``start_checkpoint`` is written.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Keep the start of a gentle training; a training that goes on has done so."""
        assert isinstance(module, RockModule)
        if trainer.current_epoch > 0 or not (module.optimisation.gentle and trainer.is_global_zero):
            return
        start = {"state_dict": module.state_dict(), "epoch": -1}
        self.folder.checkpoints.mkdir(parents=True, exist_ok=True)
        torch.save(start, self.folder.start_checkpoint)


class GroupLeaver(Callback):
    """Lets each of several processes leave their group before it ends.

    Lightning does so for GPUs only; on the CPU threads of gloo then abort, now and then, a process that has
    done its work.
    """

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Leave when the process ends: until then it may train again."""
        if trainer.world_size > 1:
            atexit.unregister(_leave_group)
            atexit.register(_leave_group)


def _leave_group() -> None:
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


class EventReporter(Checkpoint):
    """Reports batches and epochs, and turns `TrainingStopped` from the caller into the end of the training.

    On one device the training stops at once. On several all must agree, so they stop after the epoch.
    It counts as a checkpoint callback because Lightning calls those last, in their order: whoever hears of
    an epoch can rely on its checkpoint.

    Parameters
    ----------
    on_event : callable
        Takes a TrainingEvent; called in the first process only.
    started : TrainingStarted
        Reported first, with the device and the first epoch filled in.
    folder : RunFolder
        Its history is rewritten after every epoch.

    Attributes
    ----------
    epoch_seconds : list of float
        Of each epoch of this call.
    """

    def __init__(self, on_event: OnEvent, started: TrainingStarted, folder: RunFolder) -> None:
        self.on_event = on_event
        self.started = started
        self.folder = folder
        self.stop_requested = False
        self.epoch_seconds: list[float] = []
        self._epoch_began = 0.0
        self._callback_seconds = 0.0

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Report where and from which epoch the training runs."""
        self._report(
            trainer, replace(self.started, device=str(module.device), first_epoch=trainer.current_epoch + 1)
        )

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Start the clock."""
        self._epoch_began = time.monotonic()
        self._callback_seconds = 0.0

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Report a batch."""
        place = trainer.current_epoch + 1, self.started.epochs, batch_idx + 1
        self._report(trainer, BatchFinished(*place, int(trainer.num_training_batches)))

    def on_validation_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Any, batch_idx: int, *_: Any
    ) -> None:
        """Report a validation batch."""
        place = trainer.current_epoch + 1, self.started.epochs, batch_idx + 1
        self._report(trainer, ValidationBatchFinished(*place, int(trainer.num_val_batches[0])))

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Record and report an epoch; it is validated and saved by now."""
        assert isinstance(module, RockModule)
        loss, accuracy = module.training_figures()
        event = EpochFinished(
            epoch=trainer.current_epoch + 1,
            epochs=self.started.epochs,
            train_loss=loss,
            train_accuracy=accuracy,
            validation_loss=float(trainer.callback_metrics[VALIDATION_LOSS]),
            validation_accuracy=float(trainer.callback_metrics[VALIDATION_ACCURACY]),
            seconds=time.monotonic() - self._epoch_began - self._callback_seconds,
        )
        self.epoch_seconds.append(event.seconds)
        if trainer.is_global_zero:
            line = vars(event) | {"learning_rate": trainer.optimizers[0].param_groups[0]["lr"]}
            del line["epochs"]
            self.folder.write_history([*self.folder.read_history(event.epoch), line])
        self._report(trainer, event)
        if trainer.strategy.reduce_boolean_decision(self.stop_requested, all=False):
            trainer.should_stop = True

    def _report(self, trainer: Trainer, event: TrainingEvent) -> None:
        if not trainer.is_global_zero:
            return
        began = time.monotonic()
        try:
            self.on_event(event)
        except TrainingStopped:
            self.stop_requested = True
            if trainer.world_size == 1:
                raise
        finally:
            self._callback_seconds += time.monotonic() - began
