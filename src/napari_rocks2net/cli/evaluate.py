"""Command `evaluate`: a model measured on labelled samples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from napari_rocks2net.cli.console import print_line, print_note, print_origin, progress, show_table
from napari_rocks2net.cli.options import (
    Backend,
    BatchSize,
    Data,
    Device,
    Encoding,
    Group,
    Model,
    Overwrite,
    Property,
    Report,
    require_free,
    takes_settings,
    unset,
)
from napari_rocks2net.cli.samples import note_first_pages
from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.training.config import TrainingConfig
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.samples import SampleTable, TrainingPictures

Split = Annotated[
    str | None, unset(help="With a run folder or its samples.csv as DATA: train, validation or test.")
]


@takes_settings(TrainingConfig, only=("tta",))
def evaluate(
    model: Model,
    data: Data,
    property: Property = None,
    group: Group = None,
    encoding: Encoding = None,
    split: Split = None,
    out: Report = Path("report"),
    device: Device = "auto",
    backend: Backend = "auto",
    batch_size: BatchSize = 8,
    overwrite: Overwrite = False,
    **settings: Any,
) -> None:
    """Measure a model on labelled samples: figures, confusion matrix, the wrong ones.

    A model of several properties gets one report for each, in folders named after them, unless --property
    chooses one. Samples that the model was trained on are known again by their pixels: the figures are of the
    others, and those of the known ones, which measure memory, stand apart. With --split test a run folder or
    its samples.csv gives what the model was tested on.
    """
    from napari_rocks2net.classify import RockClassifier
    from napari_rocks2net.evaluation.report import REPORT_FILES
    from napari_rocks2net.training import training_pictures

    classifier = RockClassifier.load(model, device=device, backend=backend, **settings)
    pictures = training_pictures(model)
    folders = _folders(classifier, property, out)
    require_free([folder / name for folder in folders.values() for name in REPORT_FILES], overwrite, [data])
    print_note(classifier.device.reason)
    for name, folder in folders.items():
        samples = _load(data, property or name, group, split, encoding)
        if len(folders) > 1:
            print_note(f"{name}: {len(samples)} samples")
        _report(classifier.select(name), samples, folder, batch_size, pictures)
    print_origin(model.card for model in classifier.models)


def _folders(classifier: RockClassifier, property: str | None, out: Path) -> dict[str, Path]:
    """Return the folder of the report on each property that is measured."""
    [first, *others] = classifier.properties
    # The column of the table may be called otherwise than the property of the model.
    if not others:
        return {first.name: out}
    chosen = classifier.select(*filter(None, [property])).properties
    return {each.name: out / each.name for each in chosen}


def _report(
    classifier: RockClassifier,
    samples: SampleTable,
    out: Path,
    batch_size: int,
    pictures: TrainingPictures,
) -> None:
    from napari_rocks2net.evaluation.report import REPORT_FILES
    from napari_rocks2net.evaluation.report import evaluate as evaluate_model

    with progress("Evaluating") as show:
        evaluation = evaluate_model(classifier, samples, out, batch_size, show, pictures)
    for reason in evaluation.unreadable.values():
        print_note(f"Left out: {reason}")
    print_line(evaluation.familiarity)
    _show(evaluation.metrics)
    print_line(f"Wrote {out}: {', '.join(REPORT_FILES)}.")


def _load(
    data: Path, property: str, group: str | None, split: str | None, encoding: str | None
) -> SampleTable:
    if split is not None:
        from napari_rocks2net.training import load_run_part

        return load_run_part(data, split, property)
    from napari_rocks2net.samples import load_samples, sentence_of_cut_regions

    samples = load_samples(data, property, group, encoding)
    note_first_pages(samples)
    if cut := sentence_of_cut_regions(samples):
        print_note(cut)
    return samples


def _show(metrics: dict[str, Any]) -> None:
    """Print the figures of each class and the accuracy with its interval."""
    rows = [
        [
            name,
            *(f"{one[measure]:.3f}" for measure in (keys.PRECISION, keys.RECALL, keys.F1)),
            str(one[keys.SUPPORT]),
        ]
        for name, one in metrics[keys.PER_CLASS].items()
    ]
    show_table(["class", "precision", "recall", "f1", "samples"], rows)
    print_line(accuracy_line("Accuracy", metrics))
    print_line(f"Balanced accuracy {metrics[keys.BALANCED_ACCURACY]:.3f}")
    print_line(
        f"Calibration error {metrics[keys.CALIBRATION_ERROR]:.3f}, log loss {metrics[keys.LOG_LOSS]:.3f}"
    )
    if keys.TRAINED_ON in metrics:
        print_line(accuracy_line("On the samples that it was trained on: accuracy", metrics[keys.TRAINED_ON]))


def accuracy_line(beginning: str, metrics: dict[str, Any]) -> str:
    """Return an accuracy with its interval.

    Parameters
    ----------
    beginning : str
        What it is, such as "Accuracy".
    metrics : dict
        See `napari_rocks2net.evaluation.classification_metrics`.
    """
    lower, upper = metrics[keys.ACCURACY_INTERVAL]
    interval = f"95 % interval {lower:.3f} to {upper:.3f}, {count_of(metrics[keys.SAMPLES], 'sample')}"
    return f"{beginning} {metrics[keys.ACCURACY]:.3f} ({interval})"
