"""Rule by example: how a person's own file names say the light, learnt from a few named ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePath
from typing import Literal

from napari_rocks2net.views.errors import ViewError
from napari_rocks2net.views.lights import LIGHTS, light_of
from napari_rocks2net.views.view import parse_angle

Place = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Mark:
    """Letters of a name that say a light, and perhaps an angle; no letters where the others say something."""

    letters: str
    light: str
    angle: float | None = None


@dataclass(frozen=True)
class Matched:
    """Match of a rule in a name: the light, the angle, and the rest, which names the field."""

    light: str
    angle: float | None
    rest: str


@dataclass(frozen=True)
class ExampleRule:
    """Rule by which names say the light: marks at one place of the name."""

    marks: tuple[Mark, ...]
    """The longest first."""
    place: Place
    """Where they stand; in the middle they are a word of their own."""

    def match(self, stem: str) -> Matched | None:
        """Return what a name without its ending says, in any case; None where it has none of the marks."""
        for mark in self.marks:
            rest = self._rest(stem, mark.letters)
            if rest is not None:
                return Matched(mark.light, mark.angle, rest)
        return None

    def _rest(self, stem: str, letters: str) -> str | None:
        name, mark = stem.casefold(), letters.casefold()
        if len(name) != len(stem):
            return None
        if self.place == "end" and name.endswith(mark):
            return stem[: len(stem) - len(mark)]
        if self.place == "start" and name.startswith(mark):
            return stem[len(mark) :]
        if self.place == "middle" and mark and name.count(mark) == 1:
            start = name.index(mark)
            return stem[:start] + stem[start + len(mark) :]
        return None


def rule_by_example(examples: Mapping[str, tuple[str, float | None]]) -> ExampleRule:
    """Learn from the photos of one field how names say the light.

    What the names share names the field; what differs says the light.

    Parameters
    ----------
    examples : mapping of str to (str, float or None)
        Name of a file -> its light, one of `LIGHTS`, and its stage angle; two or more of one field.

    Returns
    -------
    ExampleRule
        With one mark an example.

    Raises
    ------
    ViewError
        When there is one example only, or the names do not tell the views apart.

    Examples
    --------
    >>> rule = rule_by_example({"12a.jpg": ("PPL", None), "12b.jpg": ("XPL", None)})
    >>> rule.match("57b")
    Matched(light='XPL', angle=None, rest='57')
    """
    stems = [PurePath(name).stem for name in examples]
    if len(stems) < 2 or len(set(stems)) < len(stems):
        raise ViewError("A rule needs the names of two photos of one field or more, no two alike.")
    shared = _shared_start(stems)
    after = _shared_start([stem[len(shared) :][::-1] for stem in stems])[::-1]
    letters = [stem[len(shared) : len(stem) - len(after)] for stem in stems]
    marks = [Mark(each, *view) for each, view in zip(letters, examples.values(), strict=True)]
    place: Place = "end" if not after else "middle" if shared else "start"
    if place == "middle" and not all(letters):
        raise ViewError(
            f"The names {stems[0]!r} and {stems[1]!r} do not say where the light stands: name other examples."
        )
    if place == "middle" and len(min(letters, key=len)) < 2:
        shared_end, after_start = shared[-1:], after[:1]
        marks = [Mark(shared_end + mark.letters + after_start, mark.light, mark.angle) for mark in marks]
    return ExampleRule(tuple(sorted(marks, key=lambda mark: -len(mark.letters))), place)


def _shared_start(texts: Sequence[str]) -> str:
    """Return the letters that all texts begin with."""
    together = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(letters[0] for letters in together)


def parse_examples(texts: Sequence[str]) -> ExampleRule:
    """Return the rule that examples written as "12b.jpg=XPL" or "12c.jpg=XPL 45" give.

    Parameters
    ----------
    texts : sequence of str
        File name, "=", light and perhaps angle.

    Raises
    ------
    ViewError
        When one is not of this form, or together they make no rule.
    """
    examples: dict[str, tuple[str, float | None]] = {}
    for text in texts:
        name, equals, view = text.rpartition("=")
        words = view.split()
        number = words.pop() if len(words) > 1 and words[-1].lstrip("+-")[:1].isdigit() else ""
        light = light_of(" ".join(words))
        if not (name.strip() and equals and light):
            raise ViewError(
                f"The example {text!r:.80} is not of the form NAME=LIGHT, such as 12b.jpg=XPL; lights are "
                f"{', '.join(LIGHTS)}."
            )
        examples[name.strip()] = light, parse_angle(number)
    return rule_by_example(examples)
