"""Point count: the points of one photo and what each observer named them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from napari_rocks2net.point_counting.counting_area import CountingArea, Points
from napari_rocks2net.point_counting.errors import PointCountError
from napari_rocks2net.point_counting.modal_composition import EXCLUDED
from napari_rocks2net.point_counting.settings import GridSettings

UNNAMED = ""
MOST_CLASSES = 35
Names = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PointCount:
    """A count of one photo, or of one plane of a stack; a change makes a new one.

    Raises
    ------
    PointCountError
        When there is no point or no class, a class is named twice or as no class can be, or names are not one
        for each point.
    """

    image: str
    """The name of the photo."""
    area: CountingArea
    """What of it is counted."""
    positions: Points
    """(N, 2) y and x along the pixels' edges, in the order in which they are visited."""
    classes: Names
    """What a point can be named."""
    file: Path | None = None
    """The photo's file, absolute; None for one that is none."""
    plane: tuple[int, ...] = ()
    """Of a stack; empty for a single picture."""
    um_per_pixel: float | None = None
    """None where it is not known."""
    settings: GridSettings = field(default_factory=GridSettings)
    """How the points were laid."""
    names: Mapping[str, Names] = field(default_factory=dict)
    """Observer -> the class of each point, `UNNAMED` or `EXCLUDED`."""
    suggestions: Mapping[str, Names] = field(default_factory=dict)
    """Model or map -> its class of each point, or `UNNAMED`."""

    def __post_init__(self) -> None:
        if not len(self.positions):
            raise PointCountError("There are no points to count: lay a grid of at least one.")
        _require_classes(self.classes)
        for source, names in self.answers().items():
            if len(names) != len(self.positions):
                raise PointCountError(
                    f"{source!r} has {len(names)} names for {len(self.positions)} points: one each is needed."
                )

    def answers(self) -> dict[str, Names]:
        """Return the names of every observer, and of every model and map that suggests."""
        return {**self.names, **self.suggestions}

    def of(self, observer: str) -> Names:
        """Return what an observer, model or map named each point; nothing yet for another one."""
        return self.answers().get(observer, (UNNAMED,) * len(self.positions))

    def require_observer(self, observer: str) -> None:
        """Raise a `PointCountError` for nobody, or for the name of a model or map."""
        if not observer.strip():
            raise PointCountError("Nobody is named as the observer: write a name or initials.")
        if observer in self.suggestions:
            raise PointCountError(
                f"{observer!r} is the name of a model or map: write another one as observer."
            )

    def named(self, observer: str, point: int, name: str) -> PointCount:
        """Return the count with a point named.

        Parameters
        ----------
        observer : str
            By whom.
        point : int
            0..N - 1.
        name : str
            A class, `EXCLUDED`, or `UNNAMED` to take a name back.

        Raises
        ------
        PointCountError
            When there is no such class, or no observer.
        """
        if name not in (*self.classes, EXCLUDED, UNNAMED):
            raise PointCountError(f"{name!r} is none of the classes: {', '.join(self.classes)}.")
        self.require_observer(observer)
        names = list(self.of(observer))
        names[point] = name
        return replace(self, names={**self.names, observer: tuple(names)})

    def with_suggestions(self, source: str, names: Sequence[str]) -> PointCount:
        """Return the count with what a model or map calls the points, which may be no class of the count.

        Parameters
        ----------
        source : str
            The model or map.
        names : sequence of str
            (N,) classes, `UNNAMED` where it says nothing.

        Raises
        ------
        PointCountError
            When an observer has this name.
        """
        if source in self.names:
            raise PointCountError(f"An observer is called {source!r} already: rename the model's file.")
        return replace(self, suggestions={**self.suggestions, source: tuple(names)})

    def classes_of(self, source: str) -> Names:
        """Return the classes of the count, and those that a model or map alone uses."""
        own = dict.fromkeys(name for name in self.of(source) if name not in (UNNAMED, EXCLUDED))
        return tuple(dict.fromkeys((*self.classes, *own)))

    def with_classes(self, classes: Sequence[str]) -> PointCount:
        """Return the count with other classes, or the same in another order.

        Raises
        ------
        PointCountError
            When one is left out that a point is named.
        """
        used = {name for names in self.names.values() for name in names} - {UNNAMED, EXCLUDED}
        if missing := sorted(used - {*classes}):
            raise PointCountError(f"Points are named {missing[0]!r}: name them otherwise before it goes.")
        return replace(self, classes=tuple(classes))

    def extended(self, positions: Points) -> PointCount:
        """Return the count with more points, which come after the first ones (M, 2)."""
        more = (UNNAMED,) * (len(positions) - len(self.positions))
        names, suggestions = (
            {source: (*each, *more) for source, each in part.items()}
            for part in (self.names, self.suggestions)
        )
        return replace(self, positions=positions, names=names, suggestions=suggestions)

    def next_unnamed(self, observer: str, after: int = -1) -> int | None:
        """Return the next point without a name, from the first again after the last; None if all have one.

        Parameters
        ----------
        observer : str
            Whose.
        after : int
            The point to begin behind.
        """
        names = self.of(observer)
        order = [*range(after + 1, len(names)), *range(min(after + 1, len(names)))]
        return next((point for point in order if names[point] == UNNAMED), None)

    def progress(self, observer: str) -> tuple[int, int]:
        """Return how many points an observer has named or left out, and of how many."""
        names = self.of(observer)
        return sum(name != UNNAMED for name in names), len(names)

    @property
    def micrometres(self) -> Points | None:
        """The positions in micrometres, (N, 2); None where the pixel size is not known."""
        return None if self.um_per_pixel is None else np.asarray(self.positions * self.um_per_pixel)


def _require_classes(classes: Names) -> None:
    if not classes:
        raise PointCountError(
            "No class is named: name at least one, such as quartz, that points can fall on."
        )
    if len(classes) > MOST_CLASSES:
        raise PointCountError(f"There are {len(classes)} classes and {MOST_CLASSES} keys: merge some.")
    for name in classes:
        if name != name.strip() or name in (UNNAMED, EXCLUDED) or classes.count(name) > 1:
            raise PointCountError(f"{name!r} cannot be a class, or stands there twice: name it otherwise.")
