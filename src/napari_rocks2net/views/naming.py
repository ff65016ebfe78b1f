"""Fields, lights and stage angles, guessed from the names of files and folders."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePath

from napari_rocks2net.views.example_rule import ExampleRule
from napari_rocks2net.views.lights import (
    ANALYSERS,
    LIGHT_WITHOUT_SPACES,
    SHORT,
    WITH,
    WITHOUT,
    light_of_words,
    names_light,
    plain_word,
    plate_words,
)
from napari_rocks2net.views.view import FULL_TURN

WORD = re.compile(r"[^\W_]+")
# "XPL45", "10ppl": a light that is written together with a number.
TOGETHER = re.compile(r"(?P<light>ppl|xpl|lpna|lpa|gyp|xn|nx)(?=\d)|(?<=\d)(?=(?:ppl|xpl|lpna|lpa|gyp)$)")
ANGLE_WITH_UNIT = re.compile(
    r"(?P<sign>[+\u2212-])?(?P<number>\d{1,3}(?:[.,]\d+)?)[\s_]*(?:°|deg(?:rees?)?|grad(?:os|i|us)?|stopni|градусов)(?![^\W_])",
    re.IGNORECASE,
)
ANGLE_WITH_WORD = re.compile(
    r"(?<![^\W_])(?:stage|rot(?:ation)?|angle|angulo|winkel|azimuth?)[\s_=]*(?P<sign>[+\u2212-])?(?P<number>\d{1,3})(?![^\W_])",
    re.IGNORECASE,
)
SIGNED_BEFORE_LIGHT = re.compile(r"(?P<sign>[+-])(?P<number>\d{1,3})$")
STEP = 5


@dataclass(frozen=True)
class GuessedView:
    """View that a name of a photo suggests."""

    field: str
    """What is left of the name and its folders without light and angle."""
    light: str = ""
    """One of `LIGHTS`; empty where the name names none, or two."""
    angle: float | None = None
    """Of the stage, in degrees."""


def guess_views(names: Sequence[str], rule: ExampleRule | None = None) -> list[GuessedView]:
    """Guess field, light and stage angle of photos from their names.

    Numbers beside the light count as angles where they are marked as such ("45deg", "rot 15"), and where the
    photos of one name have several of them, all multiples of 5 and 0 among them: "XPL_0", "XPL_15", "XPL_30".
    Others count photos, and are left in the name of the field.

    Parameters
    ----------
    names : sequence of str
        Paths or names of files; folders called by a light count, too.
    rule : ExampleRule, optional
        How a person's own names say it; it comes first.

    Returns
    -------
    list of GuessedView
        One a name. A field that has one light twice at one angle is no field: each of its photos is one.
    """
    guesses = [_guess(name, rule) for name in names]
    _take_numbers_for_angles(guesses)
    return _apart_where_they_repeat([each.view for each in guesses], names)


@dataclass
class _Guess:
    """Guess from one name, with the number beside its light that may be an angle."""

    view: GuessedView
    number: float | None = None
    without_number: str = ""


def _guess(name: str, rule: ExampleRule | None) -> _Guess:
    path = PurePath(name.replace("\\", "/"))
    folders, stem = path.parts[:-1], path.stem
    rest, angle = _without_angle(stem)
    light, spans = _light_of_name(rest)
    matched = rule.match(stem) if rule is not None else None
    # No letters as a mark stand in every name: one that says a light itself is believed.
    if matched is not None and (matched.rest != stem or not light):
        return _Guess(GuessedView(_field(folders, matched.rest), matched.light, matched.angle))
    if light:
        field = _without(rest, spans)
        guess = _Guess(GuessedView(_field(folders, field), light, angle))
        return guess if angle is not None else _with_number(guess, folders, rest, spans)
    for place in range(len(folders) - 1, -1, -1):
        if light := _light_of_folder(folders[place]):
            others = (*folders[:place], *folders[place + 1 :])
            return _Guess(GuessedView(_field(others, rest), light, angle))
    return _Guess(GuessedView(_field(folders, rest), "", angle))


def _light_of_folder(name: str) -> str:
    """Return the light that a folder is called by as a whole, such as "ppl" or "Nicoles cruzados"."""
    light, spans = _light_of_name(name, from_start=True)
    return light if not WORD.search(_without(name, spans)) else ""


def _light_of_name(name: str, *, from_start: bool = False) -> tuple[str, list[tuple[int, int]]]:
    """Return the light of a name, and where the words that say it stand."""
    words = list(_words(name))
    plain = [plain_word(text) for text, _, _ in words]
    first = 0 if from_start else _first_word_of_light(plain)
    light = light_of_words(plain[first:])
    if not light:
        return "", []
    spans = []
    beside, plates = False, plate_words(plain)
    for word, (_, start, end) in zip(plain[first:], words[first:], strict=True):
        own = names_light(word) or word in plates
        near = beside and (word in WITH or word in WITHOUT or word in ANALYSERS)
        if own or near or ((word in WITH or word in WITHOUT) and _before_analyser(plain, word)):
            spans.append((start, end))
        beside = own or near
    return light, spans


def _before_analyser(words: list[str], word: str) -> bool:
    place = words.index(word)
    return place + 1 < len(words) and words[place + 1] in ANALYSERS


def _first_word_of_light(words: list[str]) -> int:
    """Return where words may name the light: two letters at the beginning are those of a section."""
    return 1 if len(words) > 1 and len(words[0]) <= SHORT else 0


def _words(name: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words of a name with their beginning and end, lights parted from numbers."""
    for match in WORD.finditer(name):
        cuts = {match.start(), match.end()}
        text = match[0].casefold()
        if len(text) == len(match[0]):
            for together in TOGETHER.finditer(text):
                cuts |= {match.start() + together.start(), match.start() + together.end()}
            for light in LIGHT_WITHOUT_SPACES.finditer(match[0]):
                cuts |= {match.start() + light.start(), match.start() + light.end()}
        edges = sorted(cuts)
        for start, end in pairwise(edges):
            yield name[start:end], start, end


def _without(name: str, spans: list[tuple[int, int]]) -> str:
    """Return a name without some of its words and what joins them to those before."""
    for start, end in reversed(spans):
        before = name[:start].rstrip(" _-.,([+")
        after = name[end:].lstrip(")]+") if before else name[end:].lstrip(" _-.,)]+")
        name = before + after
    return name


def _without_angle(stem: str) -> tuple[str, float | None]:
    """Return a name without its angle, and the angle; None where none is marked."""
    for pattern in (ANGLE_WITH_UNIT, ANGLE_WITH_WORD):
        matches = list(pattern.finditer(stem))
        if len(matches) == 1:
            match = matches[0]
            angle = float(match["number"].replace(",", "."))
            # A minus may join the number to what stands before it.
            signed = match["sign"] in ("-", "\u2212") and stem[: match.start()].endswith((" ", "_"))
            if abs(angle) <= FULL_TURN:
                return _without(stem, [match.span()]), -angle if signed else angle
    return stem, None


def _with_number(guess: _Guess, folders: tuple[str, ...], rest: str, spans: list[tuple[int, int]]) -> _Guess:
    """Add the number that stands beside the light, which may be the angle."""
    start, end = spans[-1]
    after = re.match(r"[\s_.-]*(\d{1,3})(?![^\W_])", rest[end:])
    before = SIGNED_BEFORE_LIGHT.search(rest[:start])
    if after is not None:
        guess.number = float(after[1])
        guess.without_number = _field(folders, _without(rest, [*spans[:-1], (start, end + after.end())]))
    elif before is not None:
        number = float(before["number"])
        guess.number = -number if number and before["sign"] == "-" else number
        guess.without_number = _field(folders, _without(rest, [*spans[:-1], (before.start(), end)]))
    return guess


def _take_numbers_for_angles(guesses: list[_Guess]) -> None:
    """Take the numbers beside the light for angles where those of one name are a series of angles."""
    series: dict[tuple[str, str], list[_Guess]] = defaultdict(list)
    for guess in guesses:
        if guess.number is not None:
            series[guess.without_number, guess.view.light].append(guess)
    for together in series.values():
        numbers = [each.number for each in together if each.number is not None]
        steps = all(number % STEP == 0 and abs(number) <= FULL_TURN for number in numbers)
        if len(set(numbers)) == len(numbers) > 1 and 0 in numbers and steps:
            for each in together:
                each.view = replace(each.view, field=each.without_number, angle=each.number)


def _apart_where_they_repeat(views: list[GuessedView], names: Sequence[str]) -> list[GuessedView]:
    """Return views in which no field has one light twice at one angle."""
    count: dict[tuple[str, str, float | None], int] = defaultdict(int)
    for view in views:
        count[view.field, view.light, view.angle] += 1
    repeated = {field for (field, *_), number in count.items() if number > 1}
    return [
        replace(view, field=name.rpartition(".")[0] or name) if view.field in repeated else view
        for view, name in zip(views, names, strict=True)
    ]


def _field(folders: Sequence[str], stem: str) -> str:
    named_folders = [each for each in folders if each.strip("/\\.")]
    return "/".join([*named_folders, stem.strip(" _-.") or "field"])
