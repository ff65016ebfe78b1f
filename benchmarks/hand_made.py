"""Hand-made features with a logistic regression: the rival of every model of few photos.

Written with numpy, scipy and scikit-image alone, so that no fault of the program can be in both: means,
deviations and 10th, 50th and 90th percentiles of RGB and HSV; uniform local binary patterns at radii 1, 2, 4
and 8; gradient statistics at 4 octaves; standardised, L2-logistic, C 0.3, classes balanced.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from skimage.color import rgb2hsv
from skimage.feature import local_binary_pattern
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
LONGEST = 640


def rival(trained: list[Path], labels: npt.NDArray[np.str_], tested: list[Path]) -> Floats:
    """Return the probabilities (N, C), the classes in their order, of photos by a regression on others."""
    regression = LogisticRegression(C=0.3, class_weight="balanced", max_iter=3000)
    model = make_pipeline(StandardScaler(), regression)
    model.fit(np.stack([hand_made(file) for file in trained]), labels)
    probabilities: Floats = model.predict_proba(np.stack([hand_made(file) for file in tested]))
    return probabilities


@cache
def hand_made(file: Path) -> Floats:
    """Return the 86 numbers of a photo, whose longest side is reduced to 640 px."""
    image = Image.open(file).convert("RGB")
    image.thumbnail((LONGEST, LONGEST))
    unit = np.asarray(image) / 255
    channels = np.concatenate([unit, rgb2hsv(unit)], axis=-1).reshape(-1, 6)
    colour = [channels.mean(0), channels.std(0), *np.percentile(channels, [10, 50, 90], axis=0)]
    grey = unit @ [0.299, 0.587, 0.114]
    eight_bits = np.rint(255 * grey).astype(np.uint8)
    codes = [local_binary_pattern(eight_bits, 8, radius, "uniform").astype(int) for radius in (1, 2, 4, 8)]
    patterns = [np.bincount(each.ravel(), minlength=10) / each.size for each in codes]
    return np.concatenate([*colour, *patterns, *gradients(grey)])


def gradients(grey: npt.NDArray[np.float64]) -> list[list[float]]:
    """Return mean, deviation and 90th percentile of the gradient, and the deviation of grey, an octave."""
    statistics = []
    for _ in range(4):
        padded = np.pad(grey, 1, mode="edge")
        down, right = np.gradient(padded)
        steep = np.hypot(down, right)[1:-1, 1:-1]
        statistics.append([steep.mean(), steep.std(), np.percentile(steep, 90), grey.std()])
        grey = ndimage.gaussian_filter(grey, 1)[::2, ::2]
    return statistics
