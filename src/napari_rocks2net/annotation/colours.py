"""Colours that classes get before a person chooses."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Collection as Container
from itertools import count

from napari_rocks2net.annotation.errors import CollectionError

COLOUR_BLIND_SAFE = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#56b4e9",
    "#cc79a7",
    "#f0e442",
    "#991a00",
    "#99ffff",
    "#664c4c",
    "#cce6b2",
    "#1a4c66",
)
"""The seven colours of Okabe and Ito (jfly.uni-koeln.de/color; black would not show on a dark viewer), and
five found by a search for those that stay farthest from all others, for normal sight and the three kinds of
colour blindness as Machado et al. 2009 (doi 10.1109/TVCG.2009.113) simulate them: 10.9 or
more in CIEDE2000."""

GOLDEN_ANGLE = 0.381966  # of a turn: no two hues of a sequence come close


def next_colour(used: Container[str]) -> str:
    """Return a colour that is not used: one of the twelve, then others of changing hue.

    Parameters
    ----------
    used : collection of str
        Colours "#rrggbb".
    """
    for colour in COLOUR_BLIND_SAFE:
        if colour not in used:
            return colour
    more = (_hue_colour(turn * GOLDEN_ANGLE % 1) for turn in count())
    return next(colour for colour in more if colour not in used)


def checked_colour(colour: str) -> str:
    """Return a colour "#rrggbb" in small letters.

    Raises
    ------
    CollectionError
        When it is written in another way.
    """
    if not isinstance(colour, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise CollectionError(
            f"The colour {colour!r} cannot be read; write it as '#rrggbb', such as '#ffc33b'."
        )
    return colour.lower()


def _hue_colour(hue: float) -> str:
    red, green, blue = (round(255 * level) for level in colorsys.hsv_to_rgb(hue, 0.6, 0.85))
    return f"#{red:02x}{green:02x}{blue:02x}"
