"""Learning while labelling (active learning): a quick model of the labels so far, and what to label next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_rocks2net.annotation.image import AnnotatedImage, ImageKey
from napari_rocks2net.annotation.learning.fields import KINDS

if TYPE_CHECKING:
    from napari_rocks2net.annotation.open_collection import Suggestions
    from napari_rocks2net.features import Descriptors, FieldLayout

Floats = npt.NDArray[np.float64]

SURE = 0.9
"""A photo is worth a label as long as the model is less sure of it than this."""
# Below so many labels of a class, no answer counts as sure.
FEW_LABELS = 5
# A column that is the same in all photos says nothing.
SMALLEST_DEVIATION = 1e-9


class QuickProbe:
    """A probe of whole photos, without the backbone and the local stream: well below a second for hundreds.

    Parameters
    ----------
    descriptors : sequence of Descriptors
        (N,) of two photos or more.
    labels : sequence of str
        (N,) of two classes or more.
    groups : sequence of str
        (N,) thin sections.
    unlabelled : sequence of Descriptors
        Other photos of the collection.
    layout : FieldLayout, optional
        Of fields.
    """

    def __init__(
        self,
        descriptors: Sequence[Descriptors],
        labels: Sequence[str],
        groups: Sequence[str],
        unlabelled: Sequence[Descriptors] = (),
        layout: FieldLayout | None = None,
    ) -> None:
        from napari_rocks2net.features import PHOTOS
        from napari_rocks2net.training.probe import fit_regression

        self._regression = fit_regression(
            descriptors,
            labels,
            groups,
            kinds=KINDS,
            shuffles=1,
            unlabelled=unlabelled,
            layout=layout or PHOTOS,
        )
        chosen = self._regression.chosen
        self._temperature = self._regression.temperature(chosen.logits[None]) if chosen else 1.0
        self.classes: tuple[str, ...] = tuple(sorted(set(labels)))

    def probabilities(self, descriptors: Sequence[Descriptors]) -> Floats:
        """Return (N, C) probabilities of N photos."""
        from scipy.special import softmax

        probabilities: Floats = softmax(self._regression.logits(descriptors) / self._temperature, axis=1)
        return probabilities


def _described_rows(descriptors: Sequence[Descriptors]) -> Floats:
    """Return the descriptors of N whole photos as (N, D) float64, all kinds side by side."""
    return np.array([np.concatenate([*each.whole.values()]) for each in descriptors], np.float64)


def fit_labels(
    images: Sequence[AnnotatedImage],
    property: str,
    descriptors: Mapping[ImageKey, Descriptors],
    layout: FieldLayout | None = None,
) -> QuickProbe | None:
    """Fit a model to the labels so far.

    Parameters
    ----------
    images : sequence of AnnotatedImage
        All of the collection; those with a label of the whole image count.
    property : str
        The property that is learned.
    descriptors : mapping of ImageKey to Descriptors
        Of the images that are described.
    layout : FieldLayout, optional
        Of fields.

    Returns
    -------
    QuickProbe or None
        None as long as fewer than two classes are labelled.
    """
    described = [image for image in images if image.key in descriptors]
    photos = [image for image in described if property in image.labels]
    labels = [image.labels[property] for image in photos]
    if len(set(labels)) < 2:
        return None
    return QuickProbe(
        [descriptors[image.key] for image in photos],
        labels,
        [image.section for image in photos],
        [descriptors[image.key] for image in described if property not in image.labels],
        layout,
    )


def suggest_labels(
    model: QuickProbe, property: str, descriptors: Mapping[ImageKey, Descriptors], keys: Iterable[ImageKey]
) -> Suggestions:
    """Return the predictions of a model for photos.

    Parameters
    ----------
    model : QuickProbe
        Of the labels so far.
    property : str
        What it names.
    descriptors : mapping of ImageKey to Descriptors
        Of the images that are described.
    keys : iterable of ImageKey
        The images that are asked about; those not described are left out.
    """
    # Not of the package, which brings torch: the first suggestion would stall a viewer for a second.
    from napari_rocks2net.classify.prediction import Prediction

    described = [key for key in keys if key in descriptors]
    if not described:
        return {}
    suggestions: Suggestions = {}
    for key, row in zip(described, model.probabilities([descriptors[key] for key in described]), strict=True):
        probabilities = dict(zip(model.classes, map(float, row), strict=True))
        suggestions[key, property] = Prediction.of(property, probabilities)
    return suggestions


def most_different_first(
    descriptors: Mapping[ImageKey, Descriptors], labelled: Iterable[ImageKey]
) -> dict[ImageKey, int]:
    """Rank photos by how much they differ from those that are labelled or ranked before.

    Greedy farthest-point traversal of the standardised descriptors (Gonzalez 1985; as core-set for active
    learning Sener & Savarese 2018).

    Parameters
    ----------
    descriptors : mapping of ImageKey to Descriptors
        Of the images that are described.
    labelled : iterable of ImageKey
        They get no rank. Without them the photo farthest from the mean is the first.

    Returns
    -------
    dict of ImageKey to int
        0 for the photo that a label would teach most about, and so on.
    """
    keys = list(descriptors)
    if not keys:
        return {}
    rows = _described_rows(list(descriptors.values()))
    # Of a light that a field lacks there are no numbers: it is taken for that of the average field.
    rows = (rows - np.nanmean(rows, axis=0)) / np.maximum(np.nanstd(rows, axis=0), SMALLEST_DEVIATION)
    rows = np.nan_to_num(rows)
    chosen = set(labelled) & set(keys)
    starts = rows[[key in chosen for key in keys]] if chosen else np.zeros((1, rows.shape[1]))
    nearest = np.min([((rows - start) ** 2).sum(axis=1) for start in starts], axis=0)
    nearest[[key in chosen for key in keys]] = -np.inf
    ranks: dict[ImageKey, int] = {}
    for rank in range(len(keys) - len(chosen)):
        farthest = int(nearest.argmax())
        ranks[keys[farthest]] = rank
        nearest = np.minimum(nearest, ((rows - rows[farthest]) ** 2).sum(axis=1))
        nearest[farthest] = -np.inf
    return ranks


def count_open_labels(images: Sequence[AnnotatedImage], property: str, suggestions: Suggestions) -> int:
    """Return how many photos have no label and a suggestion that is not sure yet.

    Parameters
    ----------
    images : sequence of AnnotatedImage
        All of the collection.
    property : str
        The property that is labelled. While a labelled class has fewer than five labels, every photo counts.
    suggestions : dict
        What the model says; photos that it says nothing about count too.
    """
    counts = Counter(image.labels[property] for image in images if property in image.labels)
    answers = [suggestions.get((each.key, property)) for each in images if property not in each.labels]
    if not counts or min(counts.values()) < FEW_LABELS:
        return len(answers)
    return sum(answer is None or answer.probability < SURE for answer in answers)
