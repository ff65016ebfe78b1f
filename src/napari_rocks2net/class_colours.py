"""Colours of classes: one colour-blind-safe palette for collections, result layers, crystals and plots."""

from __future__ import annotations

import colorsys
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from types import MappingProxyType

PALETTE = (
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
BLUE, ORANGE, GREEN, VERMILION, SKY_BLUE, PURPLE, YELLOW = PALETTE[:7]
"""The names of Okabe and Ito's colours, for curves and bars."""

NO_CLASS_COLOUR = "#b0b0b0"

_GOLDEN_ANGLE = 0.381966  # of a turn: no two hues of a sequence come close


def class_colours(classes: Iterable[str], stored: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Give every class its colour, the same wherever the same classes come in the same order.

    Parameters
    ----------
    classes : iterable of str
        The classes of one rock property, in the order of its model or vocabulary.
    stored : mapping of str to str
        Class -> "#rrggbb" that a person's collection gives; these win.

    Returns
    -------
    dict of str to str
        Class -> "#rrggbb"; no two alike, and up to twelve told apart by the colour-blind.
    """
    colours: dict[str, str] = {}
    for name in dict.fromkeys(classes):
        colours[name] = stored.get(name) or next_colour({*stored.values(), *colours.values()})
    return colours


def next_colour(used: Collection[str]) -> str:
    """Return a colour "#rrggbb" that is not used: one of the palette, then others of changing hue."""
    for colour in PALETTE:
        if colour not in used:
            return colour
    more = (_hue_colour(turn * _GOLDEN_ANGLE % 1) for turn in count())
    return next(colour for colour in more if colour not in used)


def _hue_colour(hue: float) -> str:
    red, green, blue = (round(255 * level) for level in colorsys.hsv_to_rgb(hue, 0.6, 0.85))
    return f"#{red:02x}{green:02x}{blue:02x}"
