from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from napari_rocks2net.annotation import CollectionError
from napari_rocks2net.annotation.names import checked_colour
from napari_rocks2net.class_colours import PALETTE, class_colours, next_colour

# Machado et al. 2009, severity 1, for linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def seen(colours, sight):
    """CIE Lab of colours "#rrggbb" as someone sees them."""
    rgb = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ SIGHT[sight].T
    linear = np.clip(linear, 0, 1)
    return rgb2lab(np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055))


@pytest.mark.parametrize("sight", SIGHT)
def test_no_two_default_colours_look_alike(sight):
    lab = seen(PALETTE, sight)
    assert len(lab) == 12
    assert min(deltaE_ciede2000(one, other) for one, other in combinations(lab, 2)) > 10


def test_every_default_colour_shows_on_a_dark_and_on_a_bright_ground():
    lightness = seen(PALETTE, "normal")[:, 0]
    assert lightness.min() > 25
    assert lightness.max() < 96


def test_colours_go_on_beyond_the_default_ones():
    used: list[str] = []
    for _ in range(60):
        used.append(next_colour(used))
    assert len(set(used)) == 60
    assert all(checked_colour(colour) == colour for colour in used)


def test_a_colour_that_became_free_is_used_again():
    assert next_colour(PALETTE[1:]) == PALETTE[0]


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#1234567", "", None])
def test_other_spellings_are_refused(colour):
    with pytest.raises(CollectionError, match=r"write it as '#rrggbb'"):
        checked_colour(colour)


def test_the_same_classes_in_the_same_order_have_the_same_colours():
    colours = class_colours(["granite", "basalt", "granite"])
    assert colours == {"granite": PALETTE[0], "basalt": PALETTE[1]}
    assert class_colours(["granite"])["granite"] == colours["granite"]


def test_the_colours_of_a_collection_win_and_no_other_class_takes_them():
    stored = {"basalt": PALETTE[0], "schist": PALETTE[1]}
    assert class_colours(["granite", "basalt"], stored) == {"granite": PALETTE[2], "basalt": PALETTE[0]}
