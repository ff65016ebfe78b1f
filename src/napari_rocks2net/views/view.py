"""View: one photo of a field, in one light and at one angle of the stage."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from napari_rocks2net.views.errors import ViewError
from napari_rocks2net.views.lights import LIGHTS

FULL_TURN = 360.0


@dataclass(frozen=True)
class View:
    """One photo of a field.

    Raises
    ------
    ViewError
        For an unknown light, and an angle beyond a full turn.
    """

    file: Any
    """The photo: an image file, its pixels, or a function that reads them."""
    light: str = ""
    """One of `LIGHTS`; empty where it is not known."""
    angle: float | None = None
    """Of the stage, in degrees, -360 to 360; None where it is not known."""
    micrometres: float | None = None
    """Side of a pixel, above 0, as a table says it; None where only the file may say it."""

    def __post_init__(self) -> None:
        if self.light and self.light not in LIGHTS:
            raise ViewError(f"The light {self.light!r:.60} is none of {', '.join(LIGHTS)}.")
        if self.angle is not None and not abs(self.angle) <= FULL_TURN:
            raise ViewError(f"The stage angle {self.angle!r:.30} is none: give degrees from -360 to 360.")

    @property
    def place(self) -> tuple[str, float | None]:
        """What tells it from the other views of its field: the light, and the angle within a full turn."""
        return self.light, None if self.angle is None else round(self.angle % FULL_TURN, 3) % FULL_TURN

    def __str__(self) -> str:
        """Return "XPL 45°"."""
        angle = "" if self.angle is None else f"{self.angle:g}°"
        return " ".join(filter(None, [self.light or "unknown light", angle]))


def parse_angle(text: str, *, decimal_comma: bool = False) -> float | None:
    """Return the stage angle that a cell shows, None for an empty one.

    Parameters
    ----------
    text : str
        Degrees, with or without their sign: "45", "-15°", "22.5 deg".
    decimal_comma : bool
        Whether "22,5" is a number.

    Raises
    ------
    ViewError
        When it is no number of degrees from -360 to 360.
    """
    number = text.strip().casefold().removesuffix("°").removesuffix("deg").strip().replace("\u2212", "-")
    if not number:
        return None
    try:
        angle = float(number.replace(",", ".") if decimal_comma else number)
    except ValueError:
        raise ViewError(f"{text!r:.60} is no stage angle: give degrees, such as 45.") from None
    if not (math.isfinite(angle) and abs(angle) <= FULL_TURN):
        raise ViewError(f"The stage angle {text!r:.60} is beyond a full turn: give degrees from -360 to 360.")
    return angle


def check_field(views: list[View] | tuple[View, ...], name: str = "The field") -> None:
    """Refuse views that cannot be of one field.

    Parameters
    ----------
    views : sequence of View
        In any order.
    name : str
        How messages call the field.

    Raises
    ------
    ViewError
        When there is none, or two have one light and one angle; both files are named.
    """
    if not views:
        raise ViewError(f"{name} has no view; give it at least one photo.")
    first: dict[tuple[str, float | None], View] = {}
    for view in views:
        other = first.setdefault(view.place, view)
        if other is not view:
            raise ViewError(
                f"{name} has two views in {view}, {other.file} and {view.file}: give them their stage "
                "angles, or make two fields of them."
            )


@dataclass(frozen=True)
class Field:
    """One place of a thin section, seen in one or several lights.

    Raises
    ------
    ViewError
        See `check_field`.
    """

    views: tuple[View, ...]
    """At least one; no two of one light and angle."""
    name: str = ""
    """What it is called."""

    def __post_init__(self) -> None:
        check_field(self.views, f"The field {self.name!r}" if self.name else "The field")

    @property
    def lights(self) -> tuple[str, ...]:
        """The lights that it was photographed in, each once."""
        return tuple(light for light in ("", *LIGHTS) if any(view.light == light for view in self.views))

    def in_lights(self, lights: tuple[str, ...]) -> str:
        """Say by which of the lights that a model wants it is judged: "PPL + XPL", "PPL alone"."""
        used = [light for light in lights if light in self.lights]
        missing = [light for light in lights if light not in used]
        if not missing:
            return " + ".join(used)
        return f"{used[0]} alone" if len(used) == 1 else f"{' + '.join(used)} without {', '.join(missing)}"
