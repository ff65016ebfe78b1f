"""Report of a training run: what was trained on what, how good it is, its errors, how to repeat it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from napari_rocks2net.evaluation import figure_keys as keys
from napari_rocks2net.evaluation import save_confusion_matrix
from napari_rocks2net.evaluation.plots import save_figure
from napari_rocks2net.reports.document import Report, ReportPicture, ReportSection
from napari_rocks2net.reports.errors import ReportError
from napari_rocks2net.reports.pictures import plotted, thumbnails
from napari_rocks2net.reports.settings import ReportSettings
from napari_rocks2net.samples import field_rows, has_fields
from napari_rocks2net.samples.columns import (
    CLASS,
    FILE,
    FOLD,
    GROUP,
    LABEL,
    LIGHT,
    PLANE,
    PROBABILITY,
    PROPERTY,
    REGION,
    SPLIT,
    TRUE_LABEL,
)
from napari_rocks2net.samples.csv_files.region_cells import parse_plane
from napari_rocks2net.samples.parts import TEST
from napari_rocks2net.training.events import (
    EPOCH,
    TRAIN_ACCURACY,
    TRAIN_LOSS,
    VALIDATION_ACCURACY,
    VALIDATION_LOSS,
)
from napari_rocks2net.training.runs.results import PARTS, wrong_predictions
from napari_rocks2net.training.runs.run_folder import RunFolder, RunFolderError
from napari_rocks2net.training.runs.run_settings import PROPERTIES
from napari_rocks2net.wording import count_of

ALL_FOLDS = "all folds"
CURVES = {"loss": (TRAIN_LOSS, VALIDATION_LOSS), "accuracy": (TRAIN_ACCURACY, VALIDATION_ACCURACY)}


def run_report(folder: str | Path, settings: ReportSettings) -> Report:
    """Return the report of a finished run.

    Parameters
    ----------
    folder : str or Path
        Its folder.
    settings : ReportSettings
        How many photos it shows.

    Raises
    ------
    ReportError
        When there is no finished run, or its files are damaged.
    """
    run = RunFolder(Path(folder).expanduser().absolute())
    try:
        return _report(run, settings)
    except RunFolderError as error:
        raise ReportError(str(error)) from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ReportError(f"The run in {run.path} is damaged ({type(error).__name__}: {error}).") from error


def _report(run: RunFolder, settings: ReportSettings) -> Report:
    metrics, config = run.read_metrics(), run.settings.meaningful()
    samples, predictions = run.read_samples().frame, _predictions(run)
    parts = {part: run.read_figures(part) for part in PARTS if part in metrics}
    # A cross-validation has no parts.
    folded = {ALL_FOLDS: metrics.get(keys.PROPERTIES) or {run.properties[0].name: metrics}}
    figures = [
        _figures_section(run, part, name, each, predictions, settings, item=_item(samples))
        for part, of_property in (parts or folded).items()
        for name, each in of_property.items()
    ]
    properties = [each.name for each in run.properties]
    return Report(
        f"{', '.join(properties)}: {run.settings.model}, run {run.path.name}",
        (
            _overview(run, samples),
            _samples_section(samples, properties),
            *figures,
            *_curves_section(run),
            ReportSection("Settings", tables={"settings": _settings_table(config)}),
            *_record_section(run, config),
        ),
        {"samples": _plain(samples), "predictions": _plain(predictions)},
    )


def _overview(run: RunFolder, samples: pd.DataFrame) -> ReportSection:
    network = run.settings
    facts = {
        "Run": str(run.path),
        "Network": ", ".join(filter(None, (network.model, network.backbone))),
        "Samples": _samples_in_words(samples),
        "Thin sections": str(samples[GROUP].nunique()),
    }
    if not network.is_fitted:
        facts["Input"] = f"{network.size} x {network.size} pixels"
    return ReportSection("What this is", facts=facts)


def _samples_in_words(samples: pd.DataFrame) -> str:
    """Say how many photos, or fields of how many photos in which lights, there are."""
    photos = count_of(len(samples), "photo")
    if not has_fields(samples):
        return photos
    lights = sorted(filter(None, samples[LIGHT].dropna().unique()))
    return f"{count_of(len(_items(samples)), 'field')}: {photos} in {' and '.join(lights)}"


def _item(samples: pd.DataFrame) -> str:
    return "field" if has_fields(samples) else "photo"


def _items(samples: pd.DataFrame) -> pd.DataFrame:
    """Return one row of each sample: a photo, or a field."""
    return samples.iloc[[int(views[0]) for views in field_rows(samples)]]


def _samples_section(samples: pd.DataFrame, properties: list[str]) -> ReportSection:
    part = SPLIT if SPLIT in samples else FOLD
    tables = {f"samples of {name}": _counts(samples.dropna(subset=name), part, name) for name in properties}
    return ReportSection("Samples and split", (_separation(samples, part),), tables=tables)


def _counts(samples: pd.DataFrame, part: str, name: str) -> pd.DataFrame:
    """Return the photos or fields of each class, all and by part, and its thin sections."""
    items = _items(samples)
    by_class = items.groupby(name, sort=True)
    parts = items.groupby([name, part]).size().unstack(fill_value=0)
    all_parts = [by_class.size().rename(f"{_item(samples)}s"), by_class[GROUP].nunique().rename("sections")]
    table = pd.concat([*all_parts, parts], axis=1)
    return table.rename_axis(CLASS).reset_index()


def _separation(samples: pd.DataFrame, part: str) -> str:
    """Say whether the figures are of thin sections that the network has not seen."""
    files = samples.drop_duplicates(FILE)
    if files[GROUP].nunique() == len(files):
        return (
            "No two photos share a thin section, as far as the samples say. If some do, photos of one "
            "section stand on both sides, and the figures are too good."
        )
    torn = int((samples.groupby(GROUP)[part].nunique() > 1).sum())
    if torn:
        return f"{count_of(torn, 'thin section')} stand in more than one part: the figures are too good."
    return "Photos of one thin section stand in one part only: the figures are of sections new to it."


def _figures_section(
    run: RunFolder,
    part: str,
    name: str,
    figures: Mapping[str, Any],
    predictions: pd.DataFrame,
    settings: ReportSettings,
    *,
    item: str,
) -> ReportSection:
    classes, matrix = list(figures[keys.CLASSES]), figures[keys.CONFUSION_MATRIX]
    per_class = pd.DataFrame([{CLASS: each, **values} for each, values in figures[keys.PER_CLASS].items()])
    shown = part in (TEST, ALL_FOLDS)
    wrong, pictures = _errors(_wrong(predictions, part, name), item, settings if shown else None)
    confusion = plotted(partial(save_confusion_matrix, matrix, classes), "Rows are the true classes.")
    return ReportSection(
        f"{name}: {part}",
        (*_figures_in_words(figures, item), *wrong),
        tables={f"{part} figures of {name}": per_class, **_matrix_table(part, name, matrix, classes)},
        pictures=(confusion, *_reliability(run, part), *pictures),
    )


def _errors(
    wrong: pd.DataFrame, item: str, settings: ReportSettings | None
) -> tuple[list[str], tuple[ReportPicture, ...]]:
    """Return sentences on what is classified wrong, and pictures of it where there are settings of them."""
    sentences = []
    pictures: tuple[ReportPicture, ...] = ()
    if len(wrong):
        sentences.append(f"{count_of(len(wrong), item)} classified wrong; the most confident first.")
    if settings is not None:
        pictures, unreadable = thumbnails(_captioned(wrong), settings)
        if unreadable:
            sentences.append(f"{count_of(unreadable, 'photo')} cannot be read any more and not be shown.")
    return sentences, pictures


def _figures_in_words(figures: Mapping[str, Any], item: str) -> list[str]:
    low, high = figures[keys.ACCURACY_INTERVAL]
    return [
        f"Accuracy {figures[keys.ACCURACY]:.3f}, 95 % interval {low:.3f} to {high:.3f}, of "
        f"{count_of(figures[keys.SAMPLES], item)}; balanced accuracy {figures[keys.BALANCED_ACCURACY]:.3f}.",
        f"Calibration error {figures[keys.CALIBRATION_ERROR]:.3f}, log loss {figures[keys.LOG_LOSS]:.3f}.",
    ]


def _matrix_table(part: str, name: str, matrix: Any, classes: list[str]) -> dict[str, pd.DataFrame]:
    table = pd.DataFrame(matrix, columns=classes)
    table.insert(0, "true class", classes)
    return {f"{part} confusion of {name}": table}


def _reliability(run: RunFolder, part: str) -> tuple[ReportPicture, ...]:
    if part != PARTS[0] or not run.reliability.is_file():
        return ()
    caption = "How often answers are right against how sure they are."
    return (ReportPicture(run.reliability.read_bytes(), caption),)


def _wrong(predictions: pd.DataFrame, part: str, name: str) -> pd.DataFrame:
    if predictions.empty:
        return predictions
    of_part = predictions[SPLIT] == part if SPLIT in predictions and part in PARTS else True
    return wrong_predictions(predictions[(predictions[PROPERTY] == name) & of_part])


def _captioned(wrong: pd.DataFrame) -> Iterator[tuple[str, Any, tuple[int, ...], str]]:
    for row in wrong.to_dict("records"):
        caption = (
            f"{row[TRUE_LABEL]}, classified {row[LABEL]} ({100 * row[PROBABILITY]:.0f} %) · "
            f"{Path(row[FILE]).name} · {row[GROUP]}"
        )
        yield row[FILE], row.get(REGION), parse_plane(str(row.get(PLANE) or "")), caption


def _curves_section(run: RunFolder) -> tuple[ReportSection, ...]:
    rows = run.read_epochs()
    if len(rows) < 2:
        return ()
    figure = Figure(figsize=(7, 2.6), layout="constrained")
    for axes, (title, names) in zip(figure.subplots(1, 2), CURVES.items(), strict=True):
        for name in names:
            axes.plot([row[EPOCH] for row in rows], [row[name] for row in rows], label=name.split("_")[0])
        axes.set(xlabel="epoch", ylabel=title)
        axes.legend()
    picture = plotted(partial(save_figure, figure))
    return (ReportSection("Training", tables={"history": pd.DataFrame(rows)}, pictures=(picture,)),)


def _settings_table(config: Mapping[str, Any]) -> pd.DataFrame:
    rows = [(name, _text(value)) for name, value in config.items() if name != PROPERTIES]
    return pd.DataFrame(rows, columns=["setting", "value"])


def _record_section(run: RunFolder, config: Mapping[str, Any]) -> tuple[ReportSection, ...]:
    from napari_rocks2net.training.runs.provenance import EPOCHS, VERSIONS, last_start, read_record

    repeat = f'from napari_rocks2net.training import repeat_run\n\nrepeat_run({str(run.path)!r}, "again")'
    try:
        record = read_record(run)
    except RunFolderError as error:
        return (ReportSection("How to repeat it", (f"The run has no record of its circumstances: {error}",)),)
    last = last_start(record)
    # Epochs say nothing of a network that is fitted in one go.
    omitted = {VERSIONS} if EPOCHS in config else {VERSIONS, EPOCHS}
    facts = {name.capitalize(): _text(value) for name, value in last.items() if name not in omitted}
    table = pd.DataFrame(sorted(last[VERSIONS].items()), columns=["library", "version"])
    return (ReportSection("How to repeat it", facts=facts, tables={"versions": table}, code=repeat),)


def _predictions(run: RunFolder) -> pd.DataFrame:
    return run.read_predictions() if run.predictions.is_file() else pd.DataFrame()


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose regions are text."""
    from napari_rocks2net.samples.csv_files.region_cells import regions_as_cells

    return regions_as_cells(table) if REGION in table else table


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
