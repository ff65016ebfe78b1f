"""Logistic regression on descriptors, its strength and descriptors chosen by thin section; needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from napari_rocks2net.evaluation.calibration import FEWEST_TO_CALIBRATE, fit_temperature
from napari_rocks2net.features import (
    KINDS,
    PHOTOS,
    Descriptors,
    FieldLayout,
    Standardisation,
    alone_in_light,
    joined,
)
from napari_rocks2net.samples import SampleError
from napari_rocks2net.training.probe.choosing import (
    FIXED_STRENGTH,
    Candidate,
    Folds,
    choose,
    fit_on_all,
    logistic_candidates,
    split_sections,
)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SHUFFLES = 3
SECTIONS_TO_CHOOSE = 3


@dataclass(frozen=True, eq=False)
class LabelledDescriptors:
    """N photos whose classes are known."""

    values: dict[str, Floats]  # (N, D) float64 standardised descriptors of each kind.
    standardisations: dict[str, Standardisation]  # How those of a kind are standardised.
    one_hot: Floats  # (N, C) float64, 1 for the class of each.
    sections: Integers  # (N,) int64, the number of its thin section.

    @property
    def truth(self) -> Integers:
        """(N,) int64, the number of the class of each."""
        return self.one_hot.argmax(axis=1)

    def of(self, kinds: Sequence[str]) -> Floats:
        """Return the descriptors (N, D) of several kinds side by side."""
        return np.hstack([self.values[kind] for kind in kinds])

    def standardisation(self, kinds: Sequence[str]) -> Standardisation:
        """Return the standardisation of several kinds side by side."""
        own = [self.standardisations[kind] for kind in kinds]
        return Standardisation(
            np.concatenate([each.mean for each in own]), np.concatenate([each.scale for each in own])
        )


@dataclass(frozen=True, eq=False)
class FittedRegression:
    """A regression and how it came about."""

    photos: LabelledDescriptors  # What it was fitted on.
    kinds: tuple[str, ...]  # Its descriptors.
    strength: float  # The C of scikit-learn.
    # (C, D + 1) float64 of standardised descriptors, the last of each row the intercept.
    coefficients: Floats
    candidates: list[Candidate]  # What there was to choose from; none where nothing could be held out.
    chosen: Candidate | None  # What was chosen of them.
    folds: Folds | None  # By which photos were held out.
    notes: list[str]  # Sentences on what the photos were too few for.

    def logits(self, descriptors: Sequence[Descriptors]) -> Floats:
        """Return the logits of whole photos, (N, C) float64."""
        rows = np.stack([joined(each.whole, self.kinds) for each in descriptors]).astype(np.float64)
        values = self.photos.standardisation(self.kinds)(rows)
        logits: Floats = values @ self.coefficients[:, :-1].T + self.coefficients[:, -1]
        return logits

    def temperature(self, streams: Floats) -> float:
        """Return the temperature of held-out logits (streams, S, N, C), 1 for fewer than 30 photos."""
        shuffles, photos = streams.shape[1:3]
        if photos < FEWEST_TO_CALIBRATE:
            return 1.0
        flat = streams.reshape(len(streams), -1, streams.shape[-1])
        return fit_temperature(flat, np.tile(self.photos.truth, shuffles), repeats=shuffles)


def fit_regression(
    descriptors: Sequence[Descriptors],
    labels: Sequence[str],
    groups: Sequence[str],
    classes: Sequence[str] | None = None,
    *,
    kinds: Sequence[str] = KINDS,
    shuffles: int = SHUFFLES,
    unlabelled: Sequence[Descriptors] = (),
    layout: FieldLayout = PHOTOS,
    copies: Sequence[Sequence[Descriptors]] = (),
) -> FittedRegression:
    """Fit a logistic regression to whole photos.

    Its strength and its descriptors are chosen by a cross-validation by thin section, see `choose`. With
    fewer than 3 sections in a class there is nothing to choose by: the strength is 0.1, and all descriptors
    are used.

    Parameters
    ----------
    descriptors, labels, groups, classes, kinds, shuffles, unlabelled, layout, copies
        See `napari_rocks2net.training.probe.fit_probe`, whose errors it raises.

    Returns
    -------
    FittedRegression
        With what it was chosen from, not calibrated.
    """
    one_hot = _one_hot(labels, tuple(classes or sorted(set(labels))))
    _require_numbers([*descriptors, *unlabelled], kinds, layout)
    parts = [with_lights_alone(each, layout) for each in (descriptors, *copies)]
    labelled = [each for part, _ in parts for each in part]
    of_sample = np.concatenate([of_part for _, of_part in parts])
    sections = _numbered(groups)[of_sample]
    photos = _standardised([*labelled, *unlabelled], one_hot[of_sample], sections, kinds)
    folds = split_sections(photos.one_hot, photos.sections, shuffles)
    candidates, notes = _candidates(photos, folds, tuple(kinds))
    best = choose(candidates, photos.sections) if candidates else None
    chosen, strength = (best.kinds, best.strength) if best else (tuple(kinds), FIXED_STRENGTH)
    start = best.coefficients[:, -1] if best else None
    coefficients = fit_on_all(photos.of(chosen), photos.one_hot, strength, start)
    fitted = FittedRegression(photos, chosen, strength, coefficients, candidates, best, folds, notes)
    return fitted if len(labelled) == len(descriptors) else _without_copies(fitted, len(descriptors))


def with_lights_alone(
    descriptors: Sequence[Descriptors], layout: FieldLayout
) -> tuple[list[Descriptors], Integers]:
    """Return fields, and after them each of their lights as if it were alone.

    Fitted on these, a regression answers what lacks a light nearly as well as one of the other light alone,
    and whole fields better: the lights learn to speak for themselves (docs/results.md).

    Parameters
    ----------
    descriptors : sequence of Descriptors
        (N,) of fields or photos.
    layout : FieldLayout
        Of the fields; photos have none.

    Returns
    -------
    list of Descriptors
        (M,), the N first; only these where there are fewer than two lights.
    numpy.ndarray
        (M,) int64: which of the N each is of.
    """
    fields, of_sample = list(descriptors), list(range(len(descriptors)))
    for light in layout.lights if len(layout.lights) > 1 else ():
        for number, each in enumerate(descriptors):
            alone = alone_in_light(each, layout, light)
            if alone is not None:
                fields.append(alone)
                of_sample.append(number)
    return fields, np.array(of_sample, np.int64)


def _without_copies(fitted: FittedRegression, count: int) -> FittedRegression:
    """Return what was fitted on samples and pictures of them as what it says about the samples alone."""

    def first(one: Candidate) -> Candidate:
        """Return the answers to the samples."""
        return replace(one, logits=one.logits[:, :count], losses=one.losses[:count])

    photos = replace(
        fitted.photos,
        values={kind: values[:count] for kind, values in fitted.photos.values.items()},
        one_hot=fitted.photos.one_hot[:count],
        sections=fitted.photos.sections[:count],
    )
    return replace(
        fitted,
        photos=photos,
        candidates=[first(one) for one in fitted.candidates],
        chosen=first(fitted.chosen) if fitted.chosen else None,
        folds=replace(fitted.folds, fold_of=fitted.folds.fold_of[:, :count]) if fitted.folds else None,
    )


def _candidates(
    photos: LabelledDescriptors, folds: Folds | None, kinds: tuple[str, ...]
) -> tuple[list[Candidate], list[str]]:
    """Return the candidates of the cross-validation, and notes about them."""
    if folds is None:
        return [], ["A class has a single thin section: nothing could be held out to choose or calibrate by."]
    fewest = _fewest_sections(photos)
    if fewest < SECTIONS_TO_CHOOSE:
        fixed = logistic_candidates(kinds, photos.of(kinds), photos.one_hot, folds, (FIXED_STRENGTH,))
        return fixed, [
            f"A class has {fewest} thin sections, fewer than {SECTIONS_TO_CHOOSE}: nothing was chosen; all "
            f"descriptors are used, with the strength {FIXED_STRENGTH}."
        ]
    ways = [kinds] if len(kinds) == 1 else [*((kind,) for kind in kinds), kinds]
    return [
        candidate
        for way in ways
        for candidate in logistic_candidates(way, photos.of(way), photos.one_hot, folds)
    ], []


def _standardised(
    descriptors: Sequence[Descriptors], one_hot: Floats, sections: Integers, kinds: Sequence[str]
) -> LabelledDescriptors:
    """Standardise the descriptors of the labelled photos, the first ones, as those of all vary."""
    values, standardisations = {}, {}
    for kind in kinds:
        rows = np.stack([each.whole[kind] for each in descriptors]).astype(np.float64)
        standardisations[kind] = Standardisation.of(rows)
        values[kind] = standardisations[kind](rows[: len(one_hot)])
    return LabelledDescriptors(values, standardisations, one_hot, sections)


def _require_numbers(descriptors: Sequence[Descriptors], kinds: Sequence[str], layout: FieldLayout) -> None:
    """Refuse descriptors that are no numbers, but for those of views that a field lacks."""
    for number, each in enumerate(descriptors, start=1):
        values = joined(each.whole, kinds)
        missing = np.isnan(values) if layout.lights else np.zeros(len(values), bool)
        if not np.isfinite(values[~missing]).all():
            raise SampleError(f"The descriptors of photo {number} are no numbers; leave it out.")


def _one_hot(labels: Sequence[str], classes: Sequence[str]) -> Floats:
    one_hot = (np.array(labels, object)[:, None] == np.array(classes, object)).astype(np.float64)
    counts = one_hot.sum(axis=0)
    if len(classes) < 2 or not counts.all():
        missing = [name for name, count in zip(classes, counts, strict=True) if not count]
        problem = f"no photo is labelled {missing[0]!r}" if missing else f"all are labelled {list(classes)}"
        raise SampleError(
            f"A probe tells at least 2 classes apart, and {problem}; label photos of others, too."
        )
    if not one_hot.sum(axis=1).all():
        unknown = sorted(set(labels) - set(classes))
        raise SampleError(f"The label {unknown[0]!r} is none of the classes {list(classes)}.")
    return one_hot


def _numbered(groups: Sequence[str]) -> Integers:
    return np.unique(np.asarray(groups, str), return_inverse=True)[1].astype(np.int64)


def _fewest_sections(photos: LabelledDescriptors) -> int:
    present = np.zeros((photos.sections.max() + 1, photos.one_hot.shape[1]))
    np.add.at(present, photos.sections, photos.one_hot)
    return int((present > 0).sum(axis=0).min())
