"""Evaluation report of a model on labelled samples: figures, confusion matrix, and what it got wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.evaluation.calibration import calibration_figures
from napari_rocks2net.evaluation.errors import EvaluationError
from napari_rocks2net.evaluation.metrics import classification_metrics
from napari_rocks2net.evaluation.plots import save_confusion_matrix, save_reliability_diagram
from napari_rocks2net.evaluation.sample_reader import SampleReader
from napari_rocks2net.evaluation.tables import prediction_row, write_table
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.output_files import CONFUSION_FILE, METRICS_FILE, PREDICTIONS_FILE, RELIABILITY_FILE
from napari_rocks2net.samples import TrainingPictures, pixel_sizes
from napari_rocks2net.samples.columns import CORRECT, FILE, GROUP, PROBABILITY, TRUE_LABEL
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.classify import Prediction, RockClassifier
    from napari_rocks2net.rock_properties import RockProperty
    from napari_rocks2net.samples import SampleTable

REPORT_FILES = (METRICS_FILE, CONFUSION_FILE, RELIABILITY_FILE, PREDICTIONS_FILE, "wrong.csv")


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Evaluation of a model on labelled samples."""

    metrics: dict[str, Any]
    """See `classification_metrics`: of the samples that the model was not trained on. Where there are others,
    theirs stand apart under "trained_on", and "measured_on" says "unseen". Where the model was trained on
    all of them, the figures measure its memory, and "measured_on" says "trained_on". "calibration" holds
    the `calibration_figures`."""
    table: pd.DataFrame
    """One row per sample, a photo or a field (with the file of its first view): the columns of
    `prediction_row`, and ``true_label``, ``group``, ``correct`` and ``trained_on`` (bool; None where the
    model does not say what it was trained on)."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """File and reason of the images that were left out."""
    near_copies: int = 0
    """How many of those that it was trained on are known by their look: saved anew, resized, turned, cropped,
    or with a label or strip."""
    knows_parts: bool = True
    """Whether there is what cropped and labelled copies are known by."""

    @property
    def familiarity(self) -> str:
        """One sentence on how many of the samples the model was trained on."""
        samples, trained_on = len(self.table), sum(each is True for each in self.table[keys.TRAINED_ON])
        if self.table[keys.TRAINED_ON].isna().all():
            return (
                "The model does not say which photos it was trained on: if some of these are among them, the "
                "figures are too good."
            )
        if trained_on == samples:
            return (
                f"The model was trained on all of these {count_of(samples, 'sample')}: the figures measure "
                f"its memory, not what it will say about other photos. Evaluate it on others.{self._near}"
            )
        if trained_on:
            return (
                f"The model was trained on {trained_on} of these {samples} samples: the figures are of the "
                f"other {samples - trained_on}, and those of the {trained_on} stand apart.{self._near}"
            )
        return f"The model was trained on none of these {count_of(samples, 'sample')}.{self._parts}"

    @property
    def _near(self) -> str:
        near = self.near_copies
        how = "saved anew, resized, turned, cropped or labelled"
        copies = f" Of them {near} look like a photo of the training: {how}." if near else ""
        return copies + self._parts

    @property
    def _parts(self) -> str:
        if self.knows_parts:
            return ""
        return (
            " Without its run folder it cannot be told which of them are cropped or labelled copies: these "
            "count as new."
        )

    @property
    def wrong(self) -> pd.DataFrame:
        """The rows classified wrong, the most confident first."""
        return self.table[~self.table[CORRECT]].sort_values(PROBABILITY, ascending=False, kind="stable")


def evaluate(
    classifier: RockClassifier,
    samples: SampleTable,
    output: str | Path | None = None,
    batch_size: int = 8,
    on_progress: OnProgress = lambda done, total: None,
    pictures: TrainingPictures | None = None,
) -> Evaluation:
    """Classify labelled samples and compare.

    Parameters
    ----------
    classifier : RockClassifier
        A model of one property.
    samples : SampleTable
        Labelled images of the model's property, or of a single one whose classes are among the model's.
    output : str or pathlib.Path, optional
        A folder for metrics.json, confusion_matrix.png, reliability.png, predictions.csv and wrong.csv.
    batch_size : int
        Images in one pass through the network.
    on_progress : callable, optional
        Called with the number of samples done and their total, and then with those of the photos that were
        compared with each other; what it raises ends the evaluation before anything is written.
    pictures : TrainingPictures, optional
        What the model was trained on; by default what its card says. `napari_rocks2net.training` has
        `training_pictures`, which asks the run of a model, too: by it cropped and labelled copies are known.

    Returns
    -------
    Evaluation
        With intervals drawn from whole thin sections when a section has several samples.

    Raises
    ------
    EvaluationError
        When the samples have a class the model does not know, or no image can be read.
    """
    if len(classifier.properties) > 1:
        raise EvaluationError(
            "The model names several properties; measure one at a time: see RockClassifier.select."
        )
    (rock_property,) = classifier.properties
    frame = _labelled(samples, rock_property)
    reader = SampleReader(frame, pictures or TrainingPictures.of(classifier.models[0].card.trained_on))
    predictions = _classify(classifier, reader, batch_size, on_progress)
    reader.recognise_parts(on_progress)
    evaluation = _compare(rock_property.classes, predictions, reader)
    if output is not None:
        _write(evaluation, Path(output))
    return evaluation


def _classify(
    classifier: RockClassifier,
    reader: SampleReader,
    batch_size: int,
    on_progress: OnProgress,
) -> dict[int, Prediction]:
    """Return the predictions of the samples that can be read, by their position."""
    predictions: dict[int, Prediction] = {}
    results = classifier.predict_many(
        reader.samples(),
        batch_size=batch_size,
        pixel_sizes=pixel_sizes(reader.first_views) if classifier.knows_scale else None,
        on_error=lambda index, error: reader.unreadable.__setitem__(index, str(error)),
    )
    for index, result in enumerate(results):
        if result is not None:
            predictions[index] = result.only
        on_progress(index + 1, len(reader))
    return predictions


def _labelled(samples: SampleTable, rock_property: RockProperty) -> pd.DataFrame:
    """Return the samples with a label of the property, which stands in the column ``true_label``."""
    # The column of the samples may be called otherwise than the property of the model.
    name = rock_property.name if rock_property.name in samples.names else samples.only.name
    frame = samples.of(name).frame.rename(columns={name: TRUE_LABEL})
    unknown = sorted(set(frame[TRUE_LABEL]) - set(rock_property.classes))
    if unknown:
        raise EvaluationError(
            f"The samples have the class {unknown[0]!r}, which the model does not know: "
            f"it tells {', '.join(map(repr, rock_property.classes))} apart."
        )
    return frame


def _compared(sample: pd.Series, prediction: Prediction) -> dict[str, Any]:
    """Return a row of the table: an answer, and what is right."""
    right = {name: sample[name] for name in (TRUE_LABEL, GROUP)}
    correct = prediction.label == sample[TRUE_LABEL]
    return prediction_row(sample[FILE], prediction) | right | {CORRECT: correct}


def _compare(
    classes: tuple[str, ...], predictions: dict[int, Prediction], reader: SampleReader
) -> Evaluation:
    if not predictions:
        reason = next(iter(reader.unreadable.values()), "there is no sample")
        raise EvaluationError(f"No image could be read ({reason}); check the samples.")
    probabilities = np.array(
        [[each.probabilities[name] for name in classes] for each in predictions.values()]
    )
    first = reader.first_views
    rows = [
        _compared(first.iloc[index], prediction) | {keys.TRAINED_ON: reader.trained_on[index]}
        for index, prediction in predictions.items()
    ]
    table = pd.DataFrame(rows).astype({keys.TRAINED_ON: object})
    unreadable = {str(first[FILE].iloc[index]): reason for index, reason in reader.unreadable.items()}
    near_copies = len(reader.near_copies & predictions.keys())
    metrics, knows_parts = _metrics(table, probabilities, classes), bool(reader.pictures.thumbnails)
    return Evaluation(metrics, table, unreadable, near_copies, knows_parts)


def _metrics(
    table: pd.DataFrame, probabilities: npt.NDArray[np.float64], classes: tuple[str, ...]
) -> dict[str, Any]:
    """Return the figures of the samples that are new to the model, and apart those that it was trained on."""

    def measure(rows: npt.NDArray[np.bool_]) -> dict[str, Any]:
        """Return the figures of some samples."""
        own = table[rows]
        truth, groups = own[TRUE_LABEL].tolist(), own[GROUP].tolist()
        grouped = len(set(groups)) < len(groups)
        figures = classification_metrics(truth, probabilities[rows], classes, groups if grouped else None)
        return figures | {keys.CALIBRATION: calibration_figures(own[PROBABILITY], own[CORRECT], groups)}

    seen = np.array([each is True for each in table[keys.TRAINED_ON]])
    if not seen.any():
        return measure(~seen)
    if seen.all():
        return {keys.MEASURED_ON: keys.TRAINED_ON, **measure(seen)}
    return {keys.MEASURED_ON: keys.UNSEEN, **measure(~seen), keys.TRAINED_ON: measure(seen)}


def _write(evaluation: Evaluation, folder: Path) -> None:
    metrics, confusion, reliability, predictions, wrong = (folder / name for name in REPORT_FILES)
    figures = evaluation.metrics
    atomic_write(metrics, f"{json.dumps(figures, indent=2, ensure_ascii=False)}\n")
    save_confusion_matrix(figures[keys.CONFUSION_MATRIX], figures[keys.CLASSES], confusion)
    save_reliability_diagram({"photos": figures[keys.CALIBRATION][keys.RELIABILITY]}, reliability)
    write_table(evaluation.table, predictions)
    write_table(evaluation.wrong, wrong)
