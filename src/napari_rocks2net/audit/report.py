"""Report of an audit: tables, one JSON of figures, and the learning curve as a picture."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from napari_rocks2net.atomic_write import atomic_write
from napari_rocks2net.audit.collection import CollectionAudit
from napari_rocks2net.audit.learning_curves import LearningCurve
from napari_rocks2net.audit.observer_agreement import Agreement, Estimate
from napari_rocks2net.evaluation.figure_keys import ACCURACY, CLASSES, GAIN, PER_CLASS, PHOTOS, SAMPLES
from napari_rocks2net.evaluation.plots import save_figure
from napari_rocks2net.evaluation.tables import write_table
from napari_rocks2net.output_files import LEARNING_CURVE_FILE
from napari_rocks2net.samples.columns import FILE, GROUP, LABEL, REGION

FIGURES_FILE = "audit.json"
DUPLICATES_FILE = "duplicates.csv"
ERRORS_FILE = "label_errors.csv"
SECTIONS_FILE = "odd_sections.csv"
CURVE_FILE = "learning_curve.csv"
DISAGREEMENTS_FILE = "disagreements.csv"
REPORT_FILES = (
    *(FIGURES_FILE, DUPLICATES_FILE, ERRORS_FILE, SECTIONS_FILE),
    *(CURVE_FILE, LEARNING_CURVE_FILE, DISAGREEMENTS_FILE),
)


def write_report(audit: CollectionAudit, folder: Path) -> list[Path]:
    """Write the report of an audit.

    Parameters
    ----------
    audit : CollectionAudit
        Parts that it lacks have no file.
    folder : Path
        Made if missing; files of an earlier report are replaced.

    Returns
    -------
    list of Path
        The files: ``audit.json``, and of REPORT_FILES those that there is something for.
    """
    written = [write_table(table, folder / name) for name, table in _tables(audit).items()]
    if audit.curve is not None:
        written.append(_draw_learning_curve(audit.curve, folder / LEARNING_CURVE_FILE))
    text = json.dumps(_figures_of(audit), indent=2, ensure_ascii=False)
    written = [atomic_write(folder / FIGURES_FILE, text), *written]
    for earlier in set(REPORT_FILES).difference(each.name for each in written):
        (folder / earlier).unlink(missing_ok=True)
    return written


def _figures_of(audit: CollectionAudit) -> dict[str, Any]:
    """Return the figures of an audit as JSON holds them, None where one is undefined."""
    figures: dict[str, Any] = {
        SAMPLES: len(audit.frame),
        "sections": int(audit.frame[GROUP].nunique()),
        "duplicates": len(audit.copies),
        "views_that_look_alike": len(audit.duplicates) - len(audit.copies),
        "notes": audit.complaints,
    }
    if (errors := audit.label_errors) is not None:
        figures["likely_label_errors"] = int(errors.likely.sum())
        figures["odd_sections"] = [each.group for each in errors.sections]
    if (curve := audit.curve) is not None:
        figures["learning_curve"] = {
            ACCURACY: float(curve.accuracies.mean(0)[-1]),
            "more_photos": curve.more,
            GAIN: dict(zip(("value", "low", "high"), curve.gain, strict=True)),
        }
    if audit.agreement is not None:
        figures["agreement"] = _agreement_figures(audit.agreement)
    return figures


def _agreement_figures(agreed: Agreement) -> dict[str, Any]:
    return {
        PHOTOS: int(agreed.table.sum()),
        CLASSES: list(agreed.classes),
        "table": agreed.table.tolist(),
        **{name: _figure(getattr(agreed, name)) for name in ("observed", "kappa", "ac1")},
        PER_CLASS: {name: _figure(each) for name, each in agreed.per_class.items()},
    }


def _figure(estimate: Estimate) -> dict[str, float | None]:
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _tables(audit: CollectionAudit) -> dict[str, pd.DataFrame]:
    """Return the tables of the report by their file names."""
    columns = ["first", "second", "kind", "correlation"]
    rows = [[getattr(each, name) for name in columns] for each in audit.duplicates]
    tables = {DUPLICATES_FILE: pd.DataFrame(rows, columns=columns)}
    if (errors := audit.label_errors) is not None:
        ranked = audit.frame[[FILE, REGION, GROUP, LABEL]].assign(
            suggested=errors.suggested, self_confidence=errors.self_confidence, likely_wrong=errors.likely
        )
        tables[ERRORS_FILE] = ranked.iloc[errors.order]
        sections = [
            [each.group, each.label, each.suggested, len(each.photos), each.self_confidence]
            for each in errors.sections
        ]
        headings = [GROUP, LABEL, "suggested", PHOTOS, "self_confidence"]
        tables[SECTIONS_FILE] = pd.DataFrame(sections, columns=headings)
    if (curve := audit.curve) is not None:
        figures = {"share": curve.shares, PHOTOS: curve.photos, ACCURACY: curve.accuracies.mean(0)}
        lowest, highest = curve.accuracies.min(0), curve.accuracies.max(0)
        tables[CURVE_FILE] = pd.DataFrame({**figures, "lowest": lowest, "highest": highest})
    if audit.agreement is not None and audit.compared is not None:
        tables[DISAGREEMENTS_FILE] = audit.compared.iloc[audit.agreement.disagreements]
    return tables


def _draw_learning_curve(curve: LearningCurve, path: Path) -> Path:
    """Draw the accuracy over the number of training photos, each draw a dot, and the fitted curve."""
    figure = Figure(figsize=(5, 3.5), layout="constrained")
    axes = figure.add_subplot()
    photos = np.linspace(curve.photos[0], curve.total + curve.more, 200)
    axes.plot(photos, curve.expected(photos), label="a + b n$^{-c}$")
    axes.plot(curve.photos, curve.accuracies.T, ".", color="0.6")
    axes.plot(curve.photos, curve.accuracies.mean(0), "o", color="black", label="mean of the draws")
    axes.axvline(curve.total, linestyle=":", color="0.4", label="all photos")
    axes.set(xlabel="photos trained on", ylabel="accuracy on other thin sections")
    axes.legend(loc="lower right")
    return save_figure(figure, path)
