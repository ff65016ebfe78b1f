"""Growing seeds."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.segmentation import watershed

from napari_rocks2net.crystals.segmentation.watershed import grow_to_edges
from napari_rocks2net.crystals.synthetic import SemImage


def test_seeds_grow_as_in_the_watershed_of_the_whole_image(sem: SemImage) -> None:
    gradient = ndimage.gaussian_gradient_magnitude(sem.image.astype(np.float32), 1.5)
    seeds = np.asarray(ndimage.label(gradient < np.median(gradient))[0], np.int32)
    np.testing.assert_array_equal(grow_to_edges(seeds, gradient), watershed(gradient, seeds))


def test_an_image_full_of_seeds_stays_as_it_is() -> None:
    seeds = np.repeat(np.array([[1, 2]], np.int32), 4, axis=0)
    np.testing.assert_array_equal(grow_to_edges(seeds, np.ones((4, 2), np.float32)), seeds)
