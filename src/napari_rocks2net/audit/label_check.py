"""Check of the labels of a collection: which may be wrong, which photos are copies, what more would bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from napari_rocks2net.annotation import AnnotatedImage, AnnotationCollection, ImageKey
from napari_rocks2net.annotation.samples import collection_samples, images_by_sample_file
from napari_rocks2net.iteration import OnProgress
from napari_rocks2net.samples.columns import FILE, LABEL, REGION
from napari_rocks2net.torch_beside_opengl import prepare_torch_import
from napari_rocks2net.wording import count_of

if TYPE_CHECKING:
    from napari_rocks2net.audit import CollectionAudit


@dataclass(frozen=True)
class SuspectLabel:
    """A label that may be wrong."""

    key: ImageKey  # The image, or that of the region.
    # The label, and what the photo looks like.
    label: str
    suggested: str
    credibility: float  # The probability of the label, 0..1, by models that have not seen the thin section.
    region: bool  # Whether it is the label of a region.


@dataclass(frozen=True)
class CheckedLabels:
    """Result of a check of labels."""

    property: str  # The property that was checked.
    doubted: tuple[SuspectLabel, ...]  # The least credible first.
    copies: tuple[tuple[ImageKey, ...], ...]  # Images that show the same, two or more each.
    # What more photos would bring, or why that cannot be said; what could not be read or told.
    sentences: tuple[str, ...]

    def standing(
        self, image: Callable[[ImageKey], AnnotatedImage | None]
    ) -> tuple[list[SuspectLabel], list[tuple[ImageKey, ImageKey]]]:
        """Return what still holds: labels as they were checked, and pairs of copies that are both there.

        Parameters
        ----------
        image : callable
            Returns an image of the collection as it is now, None where it is gone.
        """
        now = {each.key: image(each.key) for each in self.doubted}
        labels = {key: set(each.all_labels(self.property)) if each else set() for key, each in now.items()}
        doubted = [each for each in self.doubted if each.label in labels[each.key]]
        groups = [[key for key in group if image(key) is not None] for group in self.copies]
        return doubted, [(key, group[0]) for group in groups for key in group[1:]]


def check_labels(collection: AnnotationCollection, property: str, on_progress: OnProgress) -> CheckedLabels:
    """Audit the labels of a collection; see `napari_rocks2net.audit.audit_collection`.

    Parameters
    ----------
    collection : AnnotationCollection
        Images whose file is missing are left out.
    property : str
        The property whose labels are checked.
    on_progress : callable
        Takes how far it is and how far it goes; whatever it raises ends the check.

    Returns
    -------
    CheckedLabels
        What may be wrong, and what more photos would bring.

    Raises
    ------
    SampleError, AuditError
        When nothing is labelled, or no labelled photo can be read.
    """
    # Before torch is imported, in a viewer that draws with OpenGL.
    prepare_torch_import()
    from napari_rocks2net.audit import audit_collection, duplicate_groups

    # Planes of stacks are pictures only as long as they are looked at.
    with TemporaryDirectory() as planes:
        samples = collection_samples(collection, property, planes)
        audit = audit_collection(samples, property, on_progress=on_progress)
        keys = images_by_sample_file(collection, planes)
    copies = tuple(tuple(keys[file] for file in group) for group in duplicate_groups(audit.copies))
    return CheckedLabels(property, tuple(_doubted(audit, keys)), copies, tuple(_sentences(audit)))


def _doubted(audit: CollectionAudit, keys: Mapping[str, ImageKey]) -> Iterator[SuspectLabel]:
    errors = audit.label_errors
    if errors is None:
        return
    for position in errors.order[errors.likely[errors.order]]:
        row = audit.frame.iloc[position]
        credibility = float(errors.self_confidence[position])
        suggested = errors.suggested[position]
        yield SuspectLabel(keys[row[FILE]], row[LABEL], suggested, credibility, row[REGION] is not None)


def _sentences(audit: CollectionAudit) -> Iterator[str]:
    if audit.curve is not None:
        yield str(audit.curve)
    yield from audit.notes
    yield from map(str, audit.label_errors.sections if audit.label_errors else ())
    if audit.unreadable:
        yield f"{count_of(len(audit.unreadable), 'photo')} cannot be read. Left out: {audit.unreadable[0]}"
