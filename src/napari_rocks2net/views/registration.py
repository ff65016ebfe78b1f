"""Registration of the views of a field: shift and rotation between two photos, as an affine.

PPL and XPL show the same boundaries in other colours, so what is compared is where the brightness changes,
not how: gradient magnitudes, taken to one contrast everywhere. Angles are tried on reduced copies, the shift
of each found by phase correlation (Kuglin & Hines 1975); both are then refined together by the correlation of
the gradients where the photos overlap. Whether the views show one field is told by the ratio of that
correlation to the next best one at any other shift: by itself it is large by chance where grains are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import fft, ndimage, optimize

from napari_rocks2net.views.errors import ViewError

Floats = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]

# Pixels of the longer side on which angles are tried, the best are told apart, and all is refined.
COARSE_SIDE, MIDDLE_SIDE, FINE_SIDE = 240, 400, 640
COARSE_STEP, FINE_STEP = 1.0, 0.5
CANDIDATES_REFINED = 4
# Degrees by which a stage is misread.
MISREAD = 2.0
SMOOTHING = 1.0
# Over so many pixels the contrast is made even.
CONTRAST = 10.0
LEAST_OVERLAP = 0.25
LEAST_SIDE = 32
# Shifts in pixels within which a correlation is that of the same peak.
PEAK = 10.0
LEAST_QUALITY = 1.5
"""Peak ratio below which views are taken for those of different fields; see docs/results.md."""


@dataclass(frozen=True, eq=False)
class Registration:
    """Registration of a view on another."""

    matrix: Matrix
    """(3, 3) float64: pixel centres (y, x, 1) of the moving view to those of the fixed one."""
    quality: float
    """How many times as well the gradients agree here as at the next best shift; about 1 by chance."""
    overlap: float
    """The share of the fixed view that the moving one covers, 0..1."""

    @property
    def angle(self) -> float:
        """Degrees by which the moving view is turned onto the fixed one, from y to x, -180 to 180."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))

    @property
    def trusted(self) -> bool:
        """Whether the views show one field, as far as their gradients tell."""
        return self.quality >= LEAST_QUALITY and self.overlap >= LEAST_OVERLAP

    def distance(self, height: int, width: int) -> float:
        """Return how far in pixels the centre of the moving view is moved.

        Parameters
        ----------
        height, width : int
            Size of the moving view.
        """
        centre = np.array([(height - 1) / 2, (width - 1) / 2, 1.0])
        return float(np.hypot(*(self.matrix @ centre - centre)[:2]))


def turned_between(first: float | None, second: float | None) -> float | None:
    """Return about how many degrees the stage was turned between views, as `register` takes it.

    Parameters
    ----------
    first, second : float or None
        Stage angles; where neither is known, the photos are taken to be of one position.

    Returns
    -------
    float or None
        None where one of them is not known.
    """
    if first is None and second is None:
        return 0.0
    return None if first is None or second is None else abs(second - first)


def register(
    fixed: npt.NDArray[np.uint8], moving: npt.NDArray[np.uint8], turned: float | None = 0.0
) -> Registration:
    """Find how a view lies on another of the same field and scale.

    Parameters
    ----------
    fixed, moving : numpy.ndarray
        (Y, X, 3) uint8.
    turned : float or None
        By how many degrees the stage was turned between them, to either side, if the picture turned with it;
        0 looks for small rotations only, None tries a full turn.

    Returns
    -------
    Registration
        The best there is, `trusted` or not.

    Raises
    ------
    ViewError
        When a view has a side below 32 pixels, or shows nothing.
    """
    _check(fixed, moving)
    longest = max(*fixed.shape[:2], *moving.shape[:2])
    coarse, middle, fine = (min(1.0, side / longest) for side in (COARSE_SIDE, MIDDLE_SIDE, FINE_SIDE))
    angles = _angles_to_try(turned)
    first, second = _contours(fixed, coarse), _contours(moving, coarse)
    peaks = [_shifted(first, second, angle)[1] for angle in angles]
    best = [angles[place] for place in np.argsort(peaks)[::-1][:CANDIDATES_REFINED]]
    first, second = _contours(fixed, middle), _contours(moving, middle)
    nearby = sorted({angle + step for angle in best for step in (-FINE_STEP, 0.0, FINE_STEP)})
    tried = [(_shifted(first, second, angle), angle) for angle in nearby]
    (shift, _), angle = max(tried, key=lambda each: each[0][1])
    first, second = _contours(fixed, fine), _contours(moving, fine)
    start = np.array([angle, *(shift * (fine / middle))])
    refined = _refined(first, second, start)
    overlap = _agreement(first, second, refined)[1]
    quality = _peak_ratio(first, _moved(second, refined, first.shape))
    to_fine = np.array([[fine, 0, (fine - 1) / 2], [0, fine, (fine - 1) / 2], [0, 0, 1]])
    on_fine = _matrix(refined[0], refined[1:], first.shape, second.shape)
    return Registration(np.linalg.inv(to_fine) @ on_fine @ to_fine, quality, overlap)


def _check(fixed: npt.NDArray[np.uint8], moving: npt.NDArray[np.uint8]) -> None:
    for rgb in (fixed, moving):
        if min(rgb.shape[:2]) < LEAST_SIDE:
            raise ViewError(
                f"A view of {rgb.shape[1]} x {rgb.shape[0]} pixels is too small to be registered."
            )
        if rgb.std() < 1:
            raise ViewError("A view shows nothing to register by: it is of one colour.")


def _angles_to_try(turned: float | None) -> Sequence[float]:
    """Return the angles to begin with: everywhere, or about a rotation to either side."""
    if turned is None:
        return np.arange(-180, 180, COARSE_STEP).tolist()
    around = np.arange(-MISREAD, MISREAD + COARSE_STEP, COARSE_STEP)
    # A stage that was turned may show a picture that stands still: the polars were, or it was put right.
    return sorted({float(middle + step) for middle in (-turned, 0.0, turned) for step in around})


def _contours(rgb: npt.NDArray[np.uint8], scale: float) -> Floats:
    """Return gradient magnitudes (Y, X) of one contrast, mean 0, of a photo at a scale up to 1."""
    height, width = (max(1, int(side * scale)) for side in rgb.shape[:2])
    box = (0.0, 0.0, width / scale, height / scale)
    image = Image.fromarray(np.ascontiguousarray(rgb))
    reduced = np.asarray(image.resize((width, height), Image.Resampling.BOX, box), np.float32)
    gradients = sum(
        ndimage.gaussian_gradient_magnitude(reduced[..., channel], SMOOTHING) for channel in range(3)
    )
    even: Floats = gradients / (ndimage.gaussian_filter(gradients, CONTRAST) + 0.5)
    even = np.minimum(even, 4.0)
    return even - even.mean()


def _window(shape: tuple[int, ...]) -> Floats:
    rows, columns = (np.hanning(side + 2)[1:-1].astype(np.float32) for side in shape)
    return np.outer(rows, columns)


def _matrix(angle: float, shift: npt.ArrayLike, fixed: tuple[int, ...], moving: tuple[int, ...]) -> Matrix:
    """Return the matrix of a rotation about the centre of the moving view, and a shift of that centre."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.eye(3)
    matrix[:2, :2] = [[cosine, -sine], [sine, cosine]]
    centres = [(np.array(shape[:2]) - 1) / 2 for shape in (fixed, moving)]
    matrix[:2, 2] = centres[0] + np.asarray(shift) - matrix[:2, :2] @ centres[1]
    return matrix


def _moved(moving: Floats, parameters: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Return a view on the grid of the other, not a number outside."""
    angle, *shift = np.asarray(parameters)
    inverse = np.linalg.inv(_matrix(angle, shift, shape, moving.shape))
    moved: Floats = ndimage.affine_transform(
        moving, inverse[:2, :2], inverse[:2, 2], shape, order=1, cval=np.nan
    )
    return moved


def _shifted(fixed: Floats, moving: Floats, angle: float) -> tuple[npt.NDArray[np.float64], float]:
    """Return the shift (y, x) of a view that is turned by an angle, and the peak of its phase correlation."""
    turned = np.nan_to_num(_moved(moving * _window(moving.shape), (angle, 0, 0), fixed.shape))
    product = fft.rfft2(fixed * _window(fixed.shape)) * np.conj(fft.rfft2(turned))
    surface = fft.irfft2(product / (np.abs(product) + 1e-6 * np.abs(product).mean()), fixed.shape)
    surface = ndimage.gaussian_filter(surface, 1.0, mode="wrap")
    peak = np.unravel_index(int(surface.argmax()), surface.shape)
    shift = [
        place - side if place > side // 2 else place for place, side in zip(peak, surface.shape, strict=True)
    ]
    return np.array(shift, float), float(surface[peak] / surface.std())


def _refined(fixed: Floats, moving: Floats, start: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return angle and shift (y, x) at which the gradients agree best, near where they are."""
    # A degree moves the corners by about so many pixels.
    reach = np.radians(max(fixed.shape) / 2)

    def disagreement(steps: npt.NDArray[np.float64]) -> float:
        """Return minus the correlation after steps in pixels."""
        return -_agreement(fixed, moving, start + steps / [reach, 1, 1])[0]

    simplex = np.vstack([np.zeros(3), np.eye(3) * 2.0])
    optimum = optimize.minimize(
        disagreement,
        np.zeros(3),
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 0.02, "fatol": 1e-5, "maxfev": 150},
    )
    return start + optimum.x / [reach, 1, 1]


def _peak_ratio(fixed: Floats, moved: Floats) -> float:
    """Return the correlation of two views as they lie, over the largest one at any other shift.

    Parameters
    ----------
    fixed, moved : numpy.ndarray
        (Y, X) gradients; not a number where the moved view is not.

    Notes
    -----
    The peak ratio of particle image velocimetry (Keane & Adrian 1990, Meas. Sci. Technol. 1:1202), on the
    masked normalised cross-correlation (Padfield 2012, IEEE Trans. Image Process. 21:2706). A correlation of
    a small overlap varies more by chance, and counts by the root of its share.
    """
    known = (~np.isnan(moved)).astype(np.float32)
    if known.sum() < 2:
        return 0.0
    inside = known > 0
    first = np.where(inside, fixed - fixed[inside].mean(), 0)
    second = np.where(inside, moved - moved[inside].mean(), 0)
    shape = [fft.next_fast_len(2 * side, real=True) for side in fixed.shape]
    one, two, mask, squares, others = (
        fft.rfft2(each, shape) for each in (first, second, known, first**2, second**2)
    )
    overlap = fft.irfft2(mask * np.conj(mask), shape) / known.sum()
    energy = fft.irfft2(squares * np.conj(mask), shape) * fft.irfft2(mask * np.conj(others), shape)
    scale = np.sqrt(np.maximum(energy, 1e-6 * energy[0, 0]))
    correlation = fft.irfft2(one * np.conj(two), shape) / scale * np.sqrt(np.maximum(overlap, 0))
    away = np.hypot(*np.meshgrid(*(fft.fftfreq(side, 1 / side) for side in shape), indexing="ij")) > PEAK
    elsewhere = correlation[away & (overlap > LEAST_OVERLAP)]
    return float(correlation[0, 0] / elsewhere.max()) if elsewhere.size else 0.0


def _agreement(fixed: Floats, moving: Floats, parameters: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the correlation of gradients where views overlap, and the share of the fixed one that does."""
    moved = _moved(moving, parameters, fixed.shape)
    overlapping = ~np.isnan(moved)
    overlap = float(overlapping.mean())
    if overlap < LEAST_OVERLAP / 2:
        return -1.0, overlap
    first, second = fixed[overlapping], moved[overlapping]
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return (float((first * second).sum() / scale) if scale else 0.0), overlap
