"""Overview of run folders: what is in each, finished or not."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from napari_rocks2net.evaluation.figure_keys import ACCURACY, STOPPED
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError
from napari_rocks2net.training.runs.run_settings import is_fitted
from napari_rocks2net.wording import count_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunOverview:
    """A run folder at a glance, finished or not."""

    folder: Path
    """The run folder."""
    properties: tuple[str, ...]
    """The names of the rock properties."""
    model: str
    """The network, see `napari_rocks2net.models.catalog`."""
    size: int
    """Side of the network's input in pixels."""
    epochs_done: int
    epochs: int
    """Epochs trained, and wanted; a cross-validation has 0 done, a model that is fitted in one go has
    none."""
    folds: int | None
    folds_done: int
    """Of a cross-validation; ``folds`` is None otherwise."""
    finished: bool
    """Whether there is a model."""
    stopped: bool
    """Whether it was stopped by hand and kept the best epoch until then."""
    can_continue: bool
    """Whether something is left to train: it was killed, failed, or was stopped early."""
    accuracy: float | None
    """Of a finished run, 0..1."""
    started: datetime
    """When it was last started, in local time."""

    @property
    def fitted(self) -> bool:
        """Whether its network is fitted in one go; one that is not known here counts as trained."""
        return is_fitted(self.model)

    @property
    def progress(self) -> str:
        """How far it is: "12 of 30", for folds "2 of 5 folds"; a fitted one has no epochs."""
        if self.folds is None:
            return "none" if self.fitted else f"{self.epochs_done} of {self.epochs}"
        return f"{self.folds_done} of {self.folds} folds"

    @property
    def result(self) -> str:
        """What came of it: its accuracy, or that it is unfinished."""
        if self.accuracy is None:
            return "unfinished"
        return f"{100 * self.accuracy:.0f} %{', stopped' if self.can_continue else ''}"

    @property
    def details(self) -> str:
        """What it learns, when it was started, and where it is."""
        size = "" if self.fitted else f" at {self.size} px"
        what = f"{', '.join(self.properties)} with {self.model}{size}"
        return f"{what}, last started {self.started:%Y-%m-%d %H:%M}\n{self.folder}"


def list_runs(folder: str | Path) -> tuple[RunOverview, ...]:
    """List the run folders in a folder, which need not exist, the newest first; no others."""
    overviews = []
    for config in Path(folder).expanduser().absolute().glob("*/config.json"):
        try:
            overviews.append(_overview(RunFolder(config.parent)))
        except (RunFolderError, KeyError, TypeError, ValueError, OverflowError) as error:
            logger.info("%s is no run folder: %s", config.parent, error)
    return tuple(sorted(overviews, key=lambda run: run.started, reverse=True))


def _overview(files: RunFolder) -> RunOverview:
    settings, metrics = files.settings, files.read_metrics() if files.is_finished else {}
    stopped, epochs, epochs_done = bool(metrics.get(STOPPED)), settings.epochs, len(files.read_history())
    return RunOverview(
        folder=files.path,
        properties=tuple(each.name for each in files.properties),
        model=settings.model,
        size=settings.size,
        epochs_done=epochs_done,
        epochs=epochs,
        folds=settings.folds,
        folds_done=sum(fold.metrics.is_file() for fold in files.folds),
        finished=bool(metrics),
        stopped=stopped,
        can_continue=not metrics or (stopped and epochs_done < epochs),
        accuracy=float(metrics[ACCURACY]) if metrics else None,
        started=datetime.fromtimestamp(files.config.stat().st_mtime),
    )


def unfinished_sentence(runs: Sequence[RunOverview]) -> str:
    """Say which run waits to be continued, the first; "" if none does."""
    left = [run for run in runs if not run.finished]
    if not left:
        return ""
    others = f" (and {count_of(len(left) - 1, 'other')})" if len(left) > 1 else ""
    return f"The run {left[0].folder.name!r}{others} is unfinished; 'All runs' can continue it."
