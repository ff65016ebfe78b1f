"""Resemblance: which photos look alike, which are odd, and a map where like lies beside like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from threading import Lock
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from napari_rocks2net.explain.errors import ExplanationError
from napari_rocks2net.features import Standardisation
from napari_rocks2net.torch_threads import torch_threads

Floats = npt.NDArray[np.float64]
Projection = Literal["PCA", "t-SNE", "UMAP"]

FEWEST = 3
USUAL_PERPLEXITY = 30.0
_MAPPING = Lock()
# Standard deviations below which two rows are the same.
ALIKE = 1e-9


@dataclass(frozen=True)
class Neighbour:
    """A photo that looks alike."""

    index: int
    """Which of the photos."""
    distance: float
    """In standard deviations a descriptor, root mean square: about 1.4 between two photos picked blindly."""


def nearest(
    rows: Floats, sections: Sequence[str], photo: Floats, section: str, count: int = 5
) -> list[Neighbour]:
    """Return the photos that look most like one, those of its own section left out.

    Parameters
    ----------
    rows : numpy.ndarray
        (N, D) descriptors of the photos that there are; they say how much each descriptor varies. What a
        field lacks is not a number, and two are compared by what both have.
    sections : sequence of str
        (N,) their thin sections.
    photo : numpy.ndarray
        (D,) of the one that is asked about.
    section : str
        Its thin section; empty where it is not known, and none is left out then but the very same photo.
    count : int
        How many at most.
    """
    if not len(rows):
        return []
    standardise = Standardisation.of(np.vstack([rows, photo]))
    both: npt.NDArray[np.bool_] = ~(np.isnan(rows) | np.isnan(photo))
    squares = np.where(both, standardise(rows) - standardise(photo), 0.0) ** 2
    shared = both.sum(axis=1)
    distances = np.sqrt(squares.sum(axis=1) / np.maximum(shared, 1))
    others = [
        Neighbour(int(index), float(distances[index]))
        for index in np.argsort(distances, kind="stable")
        if shared[index] and (sections[index] != section if section else distances[index] > ALIKE)
    ]
    return others[:count]


def distances_from_centre(rows: Floats, of_class: npt.NDArray[np.bool_]) -> Floats:
    """Return how far the photos of a class lie from its middle: the odd ones farthest.

    Parameters
    ----------
    rows : numpy.ndarray
        (N, D) descriptors of all photos, by which they are standardised.
    of_class : numpy.ndarray
        (N,) bool, which are of the class.

    Returns
    -------
    numpy.ndarray
        (M,) one for each of the class, in standard deviations a descriptor, root mean square; the middle is
        the median, which odd ones hardly move.
    """
    own = Standardisation.of(rows)(rows)[of_class]
    if not len(own):
        return np.zeros(0)
    return np.sqrt(((own - np.median(own, axis=0)) ** 2).mean(axis=1))


def projections() -> list[Projection]:
    """Return the ways to draw a map that are installed."""
    return [
        projection
        for projection in get_args(Projection)
        if projection != "UMAP" or find_spec("umap") is not None
    ]


def projected(rows: Floats, projection: Projection = "PCA") -> Floats:
    """Return where photos lie on a map, (N, 2) float64; the same rows give the same map.

    Parameters
    ----------
    rows : numpy.ndarray
        (N, D) descriptors of three photos or more; what a field lacks is not a number.
    projection : {"PCA", "t-SNE", "UMAP"}
        PCA keeps distances as far as two axes can; the others keep neighbours together, and their distances
        mean little. UMAP needs umap-learn.

    Raises
    ------
    ExplanationError
        For fewer than three photos, photos that are all alike, and a way that is not installed.
    """
    if len(rows) < FEWEST:
        raise ExplanationError(f"A map needs {FEWEST} photos or more; there are {len(rows)}.")
    standardised = Standardisation.of(rows)(rows)
    if np.ptp(standardised, axis=0).max() <= ALIKE:
        raise ExplanationError(f"All {len(rows)} photos look the same: there is nothing to map.")
    if projection not in projections():
        raise ExplanationError(
            f"A map by {projection} needs umap-learn: pip install 'napari-rocks2net[umap]'."
        )
    # numba, on which UMAP is built, gives torch all threads of the machine, and where it has no OpenMP it
    # ends a process in which two threads use it.
    with _MAPPING, torch_threads():
        placed = _reducer(projection, len(rows)).fit_transform(standardised)
    return np.asarray(placed, float)


def _reducer(projection: Projection, count: int) -> Any:
    if projection == "UMAP":
        from umap import UMAP

        # Its usual start, by a spectrum, fails for three photos.
        return UMAP(n_neighbors=min(15, count - 1), init="pca", n_jobs=1, random_state=0)
    if projection == "t-SNE":
        from sklearn.manifold import TSNE

        return TSNE(perplexity=min(USUAL_PERPLEXITY, (count - 1) / 3), init="pca", random_state=0)
    from sklearn.decomposition import PCA

    return PCA(n_components=2, random_state=0)
