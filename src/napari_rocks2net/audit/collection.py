"""Audit of a collection: what its labels are worth, in one pass over its photos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from napari_rocks2net.audit.duplicates import Duplicate, find_duplicates, known_views
from napari_rocks2net.audit.errors import AuditError
from napari_rocks2net.audit.learning_curves import LearningCurve, learning_curve
from napari_rocks2net.audit.observer_agreement import Agreement, agreement
from napari_rocks2net.audit.out_of_fold import fit_logistic, out_of_fold_probabilities
from napari_rocks2net.audit.suspect_labels import LabelErrors, label_errors
from napari_rocks2net.features import DescriptorCache, FieldLayout
from napari_rocks2net.imaging import READING_THREADS, read_image, read_many
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.samples import crop_region, field_rows
from napari_rocks2net.samples.columns import FILE, GROUP, LABEL, LIGHT, REGION
from napari_rocks2net.samples.field_layout import layout_of, one_row_a_field

if TYPE_CHECKING:
    import pandas as pd

    from napari_rocks2net.samples import SampleTable

Result = TypeVar("Result")
KIND = "texture"
SECOND = "second"


@dataclass(frozen=True, eq=False)
class CollectionAudit:
    """Audit of the labels of a collection."""

    frame: pd.DataFrame
    """The samples that could be read: ``file``, ``group``, ``label``."""
    duplicates: list[Duplicate]
    """Photos that are there more than once, and those that look so; see `known_views`."""
    label_errors: LabelErrors | None
    """By position in `frame`."""
    curve: LearningCurve | None
    """How the accuracy grows with the photos."""
    agreement: Agreement | None
    """Of the labels with those of a second observer; positions in `compared`."""
    compared: pd.DataFrame | None
    """The samples that both have labelled: ``file``, ``group``, ``label``, ``second``."""
    unreadable: tuple[str, ...]
    """Why each photo that was left out cannot be read."""
    notes: tuple[str, ...]
    """Sentences on what could not be told, and why."""

    @property
    def copies(self) -> list[Duplicate]:
        """Photos that are there more than once; no views of one field."""
        return [each for each in self.duplicates if each.kind != "views"]

    @property
    def complaints(self) -> list[str]:
        """Sentences on what could not be read or computed."""
        return [*(f"Left out: {reason}" for reason in self.unreadable), *self.notes]


def audit_collection(
    samples: SampleTable,
    property: str,
    second: str | None = None,
    *,
    cache: DescriptorCache | None = None,
    on_progress: OnProgress = lambda done, total: None,
) -> CollectionAudit:
    """Find duplicates and likely label errors, and say what more photos would bring.

    Label errors and the learning curve are of a logistic regression of texture and colour, always tested on
    thin sections that it was not trained on. A field of several views counts once, by the descriptors of all
    its lights.

    Parameters
    ----------
    samples : SampleTable
        Labelled photos or fields.
    property : str
        The property whose labels are audited.
    second : str, optional
        The property that holds the labels of a second observer.
    cache : DescriptorCache, optional
        By default that in the user's folder of caches.
    on_progress : callable
        Takes how many samples and then photos are looked at, and how many there are; whatever it raises ends
        the audit.

    Returns
    -------
    CollectionAudit
        Without the parts that the collection is too small for; a note says so.

    Raises
    ------
    SampleError
        When the samples have no such property, or there are fields, and a photo beside them of which the
        table does not say the light.
    AuditError
        When no photo can be read.
    """
    unreadable: list[str] = []
    compared = _compared(samples, property, second) if second else None
    audited = samples.of(property)
    files = audited.frame[FILE].unique().tolist()
    steps = len(audited) + 2 * len(files)
    features, frame = _described_fields(
        audited, cache or DescriptorCache(), lambda done, _: on_progress(done, steps), unreadable
    )
    duplicates = find_duplicates(
        files,
        on_error=lambda position, error: None,
        on_progress=lambda done, left: on_progress(steps - left + done, steps),
    )
    errors, curve, agreed, notes = _label_quality(features, frame, compared)
    copies = known_views(duplicates, audited.frame)
    return CollectionAudit(frame, copies, errors, curve, agreed, compared, tuple(unreadable), notes)


def _label_quality(
    features: npt.NDArray[np.float32], frame: pd.DataFrame, compared: pd.DataFrame | None
) -> tuple[LabelErrors | None, LearningCurve | None, Agreement | None, tuple[str, ...]]:
    """Return what is told of the labels of photos, and notes on what cannot be told."""
    notes: list[str] = []
    photos_with_labels = features, frame[LABEL].tolist(), frame[GROUP].tolist()
    errors = _or_note(lambda: _doubted(*photos_with_labels), "Label errors", notes)
    curve = _or_note(lambda: learning_curve(*photos_with_labels, _predictor), "Learning curve", notes)
    agreed = _or_note(lambda: _agreed(compared), "Agreement", notes)
    return errors, curve, agreed, tuple(notes)


def _described_fields(
    audited: SampleTable, cache: DescriptorCache, on_progress: OnProgress, unreadable: list[str]
) -> tuple[npt.NDArray[np.float32], pd.DataFrame]:
    """Return the descriptors (N, D) of the photos or fields that can be read, and their rows."""
    layout = layout_of(audited)
    frame = audited.frame.rename(columns={audited.only.name: LABEL})
    features, frame = _described(frame, cache, on_progress, unreadable)
    return _fields(features, frame, layout) if layout.lights else (features, frame)


def _described(
    frame: pd.DataFrame, cache: DescriptorCache, on_progress: OnProgress, unreadable: list[str]
) -> tuple[npt.NDArray[np.float32], pd.DataFrame]:
    """Return the descriptors (N, D) of the samples that can be read, and their rows."""
    samples = list(zip(frame[FILE], frame[REGION], strict=True))

    def read(sample: tuple[str, Any]) -> npt.NDArray[np.float32]:
        """Return the descriptors of a sample."""
        file, region = sample
        return cache.describe(crop_region(read_image(file), region), (KIND,)).whole[KIND]

    rows = []
    described = read_many(
        samples, read, lambda position, error: unreadable.append(str(error)), READING_THREADS
    )
    for row in described:
        rows.append(row)
        on_progress(len(rows), len(samples))
    readable = [row is not None for row in rows]
    if not any(readable):
        raise AuditError(f"None of the {len(rows)} photos can be read; the first: {unreadable[0]}")
    features = np.stack([row for row in rows if row is not None])
    return features, frame[readable].reset_index(drop=True)


def _fields(
    features: npt.NDArray[np.float32], frame: pd.DataFrame, layout: FieldLayout
) -> tuple[npt.NDArray[np.float32], pd.DataFrame]:
    """Return the descriptors of fields (N, blocks D) and the row of the first view of each.

    What a field lacks is the average of those that have it.
    """
    rows, lights = field_rows(frame), frame[LIGHT].tolist()
    joined = [layout.join([(lights[row], {KIND: features[row]}) for row in own])[KIND] for own in rows]
    values = np.stack(joined)
    seen = ~np.isnan(values)
    means = np.where(seen, values, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    first = frame.iloc[[int(own[0]) for own in rows]].reset_index(drop=True)
    return np.where(seen, values, means).astype(np.float32), first


def _predictor(features: npt.NDArray[Any], labels: npt.NDArray[np.str_], groups: npt.NDArray[np.str_]) -> Any:
    return fit_logistic(features, labels).predict


def _doubted(features: npt.NDArray[Any], labels: list[str], groups: list[str]) -> LabelErrors:
    classes = sorted(set(labels))
    probabilities = out_of_fold_probabilities(features, labels, groups, classes)
    return label_errors(probabilities, labels, groups, classes)


def _compared(samples: SampleTable, property: str, second: str) -> pd.DataFrame:
    frame = one_row_a_field(samples).frame
    both = frame[(frame[property] != "") & (frame[second] != "")]
    columns = {property: LABEL, second: SECOND}
    compared: pd.DataFrame = both.rename(columns=columns)[[FILE, GROUP, LABEL, SECOND]]
    return compared.reset_index(drop=True)


def _agreed(compared: pd.DataFrame | None) -> Agreement | None:
    if compared is None:
        return None
    return agreement(*(compared[name].tolist() for name in (LABEL, SECOND, GROUP)))


def _or_note(compute: Callable[[], Result], name: str, notes: list[str]) -> Result | None:
    """Return what is computed; a note says why where the collection does not allow it."""
    try:
        return compute()
    except AuditError as error:
        notes.append(f"{name}: {error}")
        return None
